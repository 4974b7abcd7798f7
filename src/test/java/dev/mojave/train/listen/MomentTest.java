package dev.mojave.train.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.train.learn.Learner.StepResult;
import dev.mojave.train.learn.Losses;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MomentTest {
    @TempDir
    Path folder;

    private static Moment moment() {
        Losses losses = new Losses(2, 2, Map.of(), List.of(), List.of());
        return new Moment(new StepResult(1, losses, 1, 1e-3), new RunPosition(1, 10, 8, 8, 0.5), 0.1, 8);
    }

    @Test
    void whatIsMeasuredBehindTheLogIsRefusedBecauseNobodyWouldSeeIt() {
        RunFolder run = RunFolder.create(folder, "run", false);
        for (boolean measured : new boolean[] {true, false}) {
            Moment moment = moment();
            try (Log log = new Log(run)) {
                if (measured) {
                    moment.put(Metrics.TRAIN_LOSS, 2);
                }
                log.after(moment);
                assertThatThrownBy(() -> moment.put(Metrics.VAL_LOSS, 3))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage(
                                "val/loss was measured by a listener that comes after the log; move the listener before it");
                assertThatThrownBy(() -> moment.put(Metrics.VAL_LOSS, List.of(3.0)))
                        .isInstanceOf(IllegalStateException.class);
            }
        }
        assertThat(MetricsLog.read(run.metrics()))
                .singleElement()
                .satisfies(line -> assertThat(line.scalars()).containsOnlyKeys("train/loss"));
    }
}
