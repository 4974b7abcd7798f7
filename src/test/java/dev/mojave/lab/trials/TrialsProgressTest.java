package dev.mojave.lab.trials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TrialsProgressTest {
    private final List<String> seen = new ArrayList<>();
    private final Progress recorder = new Progress() {
        @Override
        public void start(String title, long total, String unit) {
            seen.add("start " + title + " " + total + " " + unit);
        }

        @Override
        public void update(long done, String detail) {
            seen.add(done + " " + detail);
        }

        @Override
        public void finish(String summary) {
            seen.add("finish" + summary);
        }

        @Override
        public void say(String line) {
            seen.add("say " + line);
        }
    };

    private final Trial moe = LocalExecutorTest.trial(Path.of("moe"));
    private final Trial dense = LocalExecutorTest.trial(Path.of("dense"));

    @Test
    void countsTokensOverAllAndNamesWhatRuns() {
        TrialsProgress progress = progress(1, moe, dense);
        progress.started(moe);
        progress.started(dense);
        progress.reached(moe, 5, 10, 2.0);
        progress.reached(dense, 1, 10, Double.NaN);
        progress.ended(moe, new TrialOutcome.Finished());
        progress.ended(dense, new TrialOutcome.Failed("why"));
        assertThat(seen)
                .containsExactly(
                        "start study 200 tokens",
                        "0 2/3 moe 0%",
                        "0 3/3 moe 0% | dense 0%",
                        "50 3/3 moe 50% loss 2.000 | dense 0%",
                        "60 3/3 moe 50% loss 2.000 | dense 10%",
                        "say trial 2/3 moe: validation loss 1.9",
                        "110 3/3 dense 10%",
                        "say trial 3/3 dense: failed: why",
                        "200 3/3 ");
    }

    @Test
    void neverGoesBackOrBeyondTheTrial() {
        TrialsProgress progress = progress(0, moe);
        progress.started(moe);
        progress.reached(moe, 3, 10, 1);
        progress.reached(moe, 0, 0, Double.NaN);
        progress.reached(moe, 2, 10, 1);
        progress.reached(moe, 20, 10, 1);
        assertThat(seen)
                .containsExactly(
                        "start study 100 tokens",
                        "0 1/1 moe 0%",
                        "30 1/1 moe 30% loss 1.000",
                        "30 1/1 moe 20% loss 1.000",
                        "100 1/1 moe 100% loss 1.000");
    }

    private TrialsProgress progress(int earlier, Trial... trials) {
        return new TrialsProgress(
                "study",
                recorder,
                earlier,
                earlier + trials.length,
                Stream.of(trials).mapToLong(Trial::tokens).sum(),
                trial -> "validation loss 1.9");
    }
}
