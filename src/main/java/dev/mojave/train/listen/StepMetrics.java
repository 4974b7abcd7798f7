package dev.mojave.train.listen;

import dev.mojave.moe.balance.CategoryCounts;
import dev.mojave.moe.balance.LoadStatistics;
import dev.mojave.result.metric.Metrics;
import dev.mojave.result.metric.MixtureMetrics;
import dev.mojave.tensor.engine.natives.ProcessMemory;
import dev.mojave.train.learn.Learner.StepResult;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** Measures losses, routing, speed and memory at a fixed interval of steps, and at the first and last step. */
public final class StepMetrics implements Listener {
    private final long every;
    private final long totalSteps;
    private final double flopsPerToken;
    private final OptionalDouble ceilingFlopsPerSecond;
    private double seconds;
    private long tokens;

    /**
     * Creates the listener.
     *
     * @param every number of steps between measurements
     * @param flopsPerToken training FLOPs per token, forward and backward
     * @param ceilingFlopsPerSecond measured rate of matrix products in the run's precision, in FLOPs per second; empty if not
     *     measured
     */
    public StepMetrics(long every, long totalSteps, double flopsPerToken, OptionalDouble ceilingFlopsPerSecond) {
        this.every = every;
        this.totalSteps = totalSteps;
        this.flopsPerToken = flopsPerToken;
        this.ceilingFlopsPerSecond = ceilingFlopsPerSecond;
    }

    @Override
    public boolean observes(long step) {
        return (step + 1) % every == 0 || step + 1 == totalSteps || step == 0;
    }

    @Override
    public void after(Moment moment) {
        seconds += moment.stepSeconds();
        tokens += moment.stepTokens();
        if (observes(moment.step() - 1)) {
            step(moment.result(), moment);
            cost(moment);
        }
    }

    private static void step(StepResult result, Moment moment) {
        moment.put(Metrics.TRAIN_LOSS, result.losses().loss());
        moment.put(Metrics.TRAIN_CROSS_ENTROPY, result.losses().crossEntropy());
        moment.put(Metrics.LEARNING_RATE, result.learningRate());
        moment.put(Metrics.GRADIENT_NORM, result.gradientNorm());
        result.losses().auxiliary().forEach((name, value) -> moment.put(Metrics.AUXILIARY_LOSS.of(name), value));
        result.losses().load().forEach(statistics -> load(statistics, moment));
    }

    private static void load(LoadStatistics statistics, Moment moment) {
        int mixture = statistics.mixture().number();
        moment.put(MixtureMetrics.LOAD.of(mixture), list(statistics.load()));
        moment.put(MixtureMetrics.BEST_CHOICE.of(mixture), list(statistics.bestChoices()));
        moment.put(MixtureMetrics.WEIGHT_BY_RANK.of(mixture), list(statistics.weightOfRank()));
        moment.put(MixtureMetrics.MAX_VIOLATION.of(mixture), statistics.maxViolation());
        moment.put(MixtureMetrics.LOAD_ENTROPY.of(mixture), statistics.loadEntropy());
        moment.put(MixtureMetrics.ROUTING_ENTROPY.of(mixture), statistics.routingEntropy());
        moment.put(MixtureMetrics.DEAD_EXPERTS.of(mixture), (double) statistics.deadExperts());
        moment.put(MixtureMetrics.DROP_RATE.of(mixture), statistics.dropRate());
        moment.put(MixtureMetrics.UNROUTED_RATE.of(mixture), statistics.unroutedRate());
        CategoryCounts counts = statistics.categories();
        if (!counts.isEmpty()) {
            moment.put(MixtureMetrics.SPECIALISATION.of(mixture), counts.specialisation());
            moment.put(MixtureMetrics.CATEGORY_INFORMATION.of(mixture), counts.mutualInformation());
        }
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private void cost(Moment moment) {
        double speed = seconds == 0 ? 0 : tokens / seconds;
        seconds = 0;
        tokens = 0;
        moment.put(Metrics.TRAIN_SPEED, speed);
        ceilingFlopsPerSecond.ifPresent(ceiling -> moment.put(Metrics.FLOPS_SHARE, speed * flopsPerToken / ceiling));
        moment.put(Metrics.PEAK_MEMORY, (double) ProcessMemory.peakBytes());
    }
}
