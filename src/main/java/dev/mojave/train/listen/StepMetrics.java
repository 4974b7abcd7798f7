package dev.mojave.train.listen;

import dev.mojave.moe.CategoryCounts;
import dev.mojave.moe.LoadStatistics;
import dev.mojave.tensor.engine.ProcessMemory;
import dev.mojave.train.learn.Learner.StepResult;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** Measures every so many steps, the first and the last among them: losses, routing, speed and memory. */
public final class StepMetrics implements Listener {
    private final long every;
    private final long totalSteps;
    private final double flopsPerToken;
    private final OptionalDouble ceilingFlopsPerSecond;
    private double seconds;
    private long tokens;

    /**
     * Measures.
     *
     * @param every steps between two measurements
     * @param flopsPerToken of one training step
     * @param ceilingFlopsPerSecond what matrix products were measured to reach in the precision in use, if they were
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
        moment.put("train/loss", result.losses().loss());
        moment.put("train/ce", result.losses().crossEntropy());
        moment.put("train/learning_rate", result.learningRate());
        moment.put("train/grad_norm", result.gradientNorm());
        result.losses().auxiliary().forEach((name, value) -> moment.put("loss/" + name, value));
        List<LoadStatistics> load = result.losses().load();
        for (int layer = 0; layer < load.size(); layer++) {
            load("moe/" + layer + "/", load.get(layer), moment);
        }
    }

    private static void load(String prefix, LoadStatistics statistics, Moment moment) {
        moment.put(prefix + "load", list(statistics.load()));
        moment.put(prefix + "best_choice", list(statistics.bestChoices()));
        moment.put(prefix + "weight_by_rank", list(statistics.weightOfRank()));
        moment.put(prefix + "max_violation", statistics.maxViolation());
        moment.put(prefix + "load_entropy", statistics.loadEntropy());
        moment.put(prefix + "routing_entropy", statistics.routingEntropy());
        moment.put(prefix + "dead_experts", (double) statistics.deadExperts());
        moment.put(prefix + "drop_rate", statistics.dropRate());
        moment.put(prefix + "unrouted_rate", statistics.unroutedRate());
        CategoryCounts counts = statistics.categories();
        if (!counts.isEmpty()) {
            moment.put(prefix + "specialisation", counts.specialisation());
            moment.put(prefix + "category_information", counts.mutualInformation());
        }
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private void cost(Moment moment) {
        double speed = seconds == 0 ? 0 : tokens / seconds;
        seconds = 0;
        tokens = 0;
        moment.put("train/tokens_per_second", speed);
        ceilingFlopsPerSecond.ifPresent(ceiling -> moment.put("train/flops_share", speed * flopsPerToken / ceiling));
        moment.put("memory/peak_bytes", (double) ProcessMemory.peakBytes());
    }
}
