package dev.mojave.train;

import dev.mojave.moe.CategoryCounts;
import dev.mojave.moe.LoadStatistics;
import dev.mojave.result.EvalResult;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the metrics of one point of training under their standard names. */
final class MetricsRecorder {
    private final Map<String, Double> scalars = new LinkedHashMap<>();
    private final Map<String, List<Double>> lists = new LinkedHashMap<>();

    /** Adds what the last step showed. */
    void step(TrainStep.Result result, double gradientNorm, double learningRate) {
        scalars.put("train/loss", result.loss());
        scalars.put("train/ce", result.crossEntropy());
        scalars.put("train/learning_rate", learningRate);
        scalars.put("train/grad_norm", gradientNorm);
        result.auxiliary().forEach((name, value) -> scalars.put("loss/" + name, value));
        for (int layer = 0; layer < result.load().size(); layer++) {
            load("moe/" + layer + "/", result.load().get(layer));
        }
    }

    private void load(String prefix, LoadStatistics statistics) {
        lists.put(prefix + "load", list(statistics.load()));
        lists.put(prefix + "best_choice", list(statistics.bestChoices()));
        lists.put(prefix + "weight_by_rank", list(statistics.weightOfRank()));
        scalars.put(prefix + "max_violation", statistics.maxViolation());
        scalars.put(prefix + "load_entropy", statistics.loadEntropy());
        scalars.put(prefix + "routing_entropy", statistics.routingEntropy());
        scalars.put(prefix + "dead_experts", (double) statistics.deadExperts());
        scalars.put(prefix + "drop_rate", statistics.dropRate());
        scalars.put(prefix + "unrouted_rate", statistics.unroutedRate());
        CategoryCounts counts = statistics.categories();
        if (!counts.isEmpty()) {
            scalars.put(prefix + "specialisation", counts.specialisation());
            scalars.put(prefix + "category_information", counts.mutualInformation());
        }
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    /** Adds speed since the last point and memory so far. */
    void cost(double tokensPerSecond, double flopsPerSecond, double ceilingFlopsPerSecond, long peakBytes) {
        scalars.put("train/tokens_per_second", tokensPerSecond);
        if (ceilingFlopsPerSecond > 0) {
            scalars.put("train/flops_share", flopsPerSecond / ceilingFlopsPerSecond);
        }
        scalars.put("memory/peak_bytes", (double) peakBytes);
    }

    /** Adds a measurement of held-out text. */
    void validation(EvalResult result) {
        scalars.put("val/loss", result.natsPerToken());
        scalars.put("val/perplexity", result.perplexity());
        scalars.put("val/bits_per_token", result.bitsPerToken());
        scalars.put("val/bits_per_byte", result.bitsPerByte());
    }

    /** Adds a measurement of a fixed part of the training text. */
    void trainSubset(EvalResult result) {
        scalars.put("train_subset/loss", result.natsPerToken());
    }

    Map<String, Double> scalars() {
        return scalars;
    }

    Map<String, List<Double>> lists() {
        return lists;
    }

    boolean isEmpty() {
        return scalars.isEmpty();
    }
}
