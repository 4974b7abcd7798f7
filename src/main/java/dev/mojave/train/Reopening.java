package dev.mojave.train;

import dev.mojave.result.metric.Metric;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.train.listen.Evaluation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reverts the log entries that only the end of a run makes, so that a run that is lengthened has the same log as one that never
 * ended: the evaluation over all held-out text is replaced by one over the windows of the other evaluations, and the speed of
 * generation is removed.
 */
final class Reopening {
    private final RunFolder folder;
    private final long step;
    private final Evaluation evaluation;

    /** Creates the reopening of a run at a step; {@code evaluation} is the one of the following steps. */
    Reopening(RunFolder folder, long step, Evaluation evaluation) {
        this.folder = folder;
        this.step = step;
        this.evaluation = evaluation;
    }

    private boolean bestIsHere() {
        return folder.checkpoints().best().equals(Optional.of(step));
    }

    /**
     * Sets the best loss so far from the log if this step has the best checkpoint. If a run once ended here and was lengthened,
     * its checkpoint has the loss over all held-out text, whereas the log has the one over the windows of the following
     * evaluations, which {@link #reopen} wrote.
     */
    void useLoggedBest() {
        if (bestIsHere()) {
            MetricsLog.read(folder.metrics()).stream()
                    .filter(line -> line.step() == step)
                    .flatMap(line -> Optional.ofNullable(line.scalars().get(Metrics.VAL_LOSS.name())).stream())
                    .reduce((first, second) -> second)
                    .ifPresent(evaluation::toBeat);
        }
    }

    /**
     * Reopens a run that finished at this step.
     *
     * @param begin called after all costly work, before the log changes
     */
    void reopen(Runnable begin) {
        Map<Metric, Double> measured = new LinkedHashMap<>();
        double loss = evaluation.measure(false, measured).natsPerToken();
        Map<String, Double> metrics = new LinkedHashMap<>();
        measured.forEach((metric, value) -> metrics.put(metric.name(), value));
        begin.run();
        MetricsLog.rewrite(folder.metrics(), line -> {
            if (line.step() < step) {
                return Optional.of(line);
            }
            boolean evaluated = line.scalars().containsKey(Metrics.VAL_LOSS.name());
            MetricLine changed = line.with(Metrics.GENERATE_SPEED.name()::equals, evaluated ? metrics : Map.of());
            return changed.scalars().isEmpty() && changed.lists().isEmpty() ? Optional.empty() : Optional.of(changed);
        });
        if (bestIsHere()) {
            evaluation.toBeat(loss);
        }
    }
}
