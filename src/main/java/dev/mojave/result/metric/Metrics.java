package dev.mojave.result.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Everything that a run logs, except for what its {@linkplain MixtureMetrics mixtures} do. */
public final class Metrics {
    private static final List<Metric> DECLARED = new ArrayList<>();

    /** What is minimised. */
    public static final Metric TRAIN_LOSS = metric(
            "train/loss",
            "Training loss",
            "cross-entropy plus weighted auxiliary losses of a step",
            Unit.NATS_PER_TOKEN,
            Better.LOWER,
            Reduction.MEAN,
            Origin.RUN);
    /** Its part that predicts text. */
    public static final Metric TRAIN_CROSS_ENTROPY = metric(
            "train/ce",
            "Training cross-entropy",
            "cross-entropy of a step",
            Unit.NATS_PER_TOKEN,
            Better.LOWER,
            Reduction.MEAN,
            Origin.RUN);
    /** The optimiser's. */
    public static final Metric LEARNING_RATE = metric(
            "train/learning_rate",
            "Learning rate",
            "learning rate",
            Unit.NONE,
            Better.NEITHER,
            Reduction.SAME,
            Origin.RUN);
    /** Of all gradients together. */
    public static final Metric GRADIENT_NORM = metric(
            "train/grad_norm",
            "Gradient norm",
            "norm before clipping",
            Unit.NONE,
            Better.NEITHER,
            Reduction.SAME,
            Origin.RUN);
    /** Targets per second since the last line, evaluations left out. */
    public static final Metric TRAIN_SPEED = metric(
            "train/tokens_per_second",
            "Throughput",
            "training tokens per second",
            Unit.TOKENS_PER_SECOND,
            Better.HIGHER,
            Reduction.SUM,
            Origin.MACHINE);
    /** The share of what matrix products were measured to reach with the run's library, threads and precision; absent if they were not. */
    public static final Metric FLOPS_SHARE = metric(
            "train/flops_share",
            "FLOPs share",
            "share of the measured matrix-product ceiling",
            Unit.SHARE,
            Better.HIGHER,
            Reduction.MEAN,
            Origin.MACHINE);
    /** Of a fixed part of the training text, where the recipe asks for it. */
    public static final Metric TRAIN_SUBSET_LOSS = metric(
            "train_subset/loss",
            "Loss on a training subset",
            "cross-entropy on a fixed part of the training text",
            Unit.NATS_PER_TOKEN,
            Better.LOWER,
            Reduction.MEAN,
            Origin.RUN);
    /** Of held-out text. */
    public static final Metric VAL_LOSS = metric(
            "val/loss",
            "Validation loss",
            "cross-entropy on held-out text",
            Unit.NATS_PER_TOKEN,
            Better.LOWER,
            Reduction.MEAN,
            Origin.RUN);
    /** The lowest so far: in status.json alone. */
    public static final Metric BEST_VAL_LOSS = metric(
            "val/best_loss",
            "Best validation loss",
            "lowest cross-entropy on held-out text so far (in status.json alone)",
            Unit.NATS_PER_TOKEN,
            Better.LOWER,
            Reduction.SAME,
            Origin.RUN);
    /** Follows from the loss. */
    public static final Metric VAL_PERPLEXITY = metric(
            "val/perplexity",
            "Perplexity",
            "exp(validation loss)",
            Unit.NONE,
            Better.LOWER,
            Reduction.SAME,
            Origin.RUN);
    /** Follows from the loss. */
    public static final Metric VAL_BITS_PER_TOKEN = metric(
            "val/bits_per_token",
            "Bits per token",
            "validation loss to base 2",
            Unit.BITS_PER_TOKEN,
            Better.LOWER,
            Reduction.SAME,
            Origin.RUN);
    /** Comparable between tokenizers. */
    public static final Metric VAL_BITS_PER_BYTE = metric(
            "val/bits_per_byte",
            "Bits per byte",
            "validation loss to base 2, for each byte of the text",
            Unit.BITS_PER_BYTE,
            Better.LOWER,
            Reduction.SAME,
            Origin.RUN);
    /** How fast the trained model writes, once at the end. */
    public static final Metric GENERATE_SPEED = metric(
            "generate/tokens_per_second",
            "Generation speed",
            "tokens written per second after training",
            Unit.TOKENS_PER_SECOND,
            Better.HIGHER,
            Reduction.SAME,
            Origin.MACHINE);
    /** Of the process. */
    public static final Metric PEAK_MEMORY = metric(
            "memory/peak_bytes",
            "Peak memory",
            "largest resident memory of the process so far",
            Unit.BYTES,
            Better.LOWER,
            Reduction.MAX,
            Origin.MACHINE);

    /** Each auxiliary loss under its own name. */
    public static final Family<String> AUXILIARY_LOSS = Family.named(
            "loss/",
            new Quantity(
                    "Auxiliary loss",
                    "auxiliary loss before its coefficient",
                    Unit.NONE,
                    Better.NEITHER,
                    Reduction.MEAN,
                    Origin.RUN));

    private static final List<Metric> ALL = List.copyOf(DECLARED);
    private static final Set<String> OF_MACHINE = ALL.stream()
            .filter(metric -> metric.quantity().origin() == Origin.MACHINE)
            .map(Metric::name)
            .collect(Collectors.toUnmodifiableSet());

    private Metrics() {}

    private static Metric metric(
            String name, String title, String words, Unit unit, Better better, Reduction overRanks, Origin origin) {
        Metric declared = new Metric(name, new Quantity(title, words, unit, better, overRanks, origin));
        DECLARED.add(declared);
        return declared;
    }

    /** Returns whether a metric says how fast or large the run was here, so that another run of the same bits may log another value. */
    public static boolean measuredOfMachine(String name) {
        return OF_MACHINE.contains(name);
    }

    /** Returns every metric that has a fixed name. */
    public static List<Metric> all() {
        return ALL;
    }
}
