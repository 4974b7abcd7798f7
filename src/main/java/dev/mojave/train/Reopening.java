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
 * Takes back what only the end of a run does, so that one that goes on to more steps has the log of one that never ended: the evaluation
 * over all held-out text gives way to one over the windows of all others, and how fast the model wrote is not said yet.
 */
final class Reopening {
    private final RunFolder folder;
    private final long step;
    private final Evaluation evaluation;

    /** A run that stands at a step; {@code evaluation} is that of the steps to come. */
    Reopening(RunFolder folder, long step, Evaluation evaluation) {
        this.folder = folder;
        this.step = step;
        this.evaluation = evaluation;
    }

    private boolean bestIsHere() {
        return folder.checkpoints().best().equals(Optional.of(step));
    }

    /**
     * Sets what is to be beaten. Where a run once ended here and went on, its checkpoint has the loss over all held-out text, and the log
     * that over the windows which the coming evaluations take, written by {@link #reopen}.
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
     * Reopens a run that has finished here.
     *
     * @param begin called once nothing costly is left to do, before the log changes
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
