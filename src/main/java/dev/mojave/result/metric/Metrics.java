package dev.mojave.result.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** All metrics that a run logs, except for those of its {@linkplain MixtureMetrics mixture layers}. */
public final class Metrics {
    private static final List<Metric> DECLARED = new ArrayList<>();

    /** The objective that training minimises. */
    public static final Metric TRAIN_LOSS = metric(
            "train/loss",
            "Training loss",
            "cross-entropy of a step plus weighted auxiliary losses",
            Unit.NATS_PER_TOKEN,
            Better.LOWER,
            Reduction.MEAN,
            Origin.RUN);
    /** The part of the training loss that measures the prediction of text. */
    public static final Metric TRAIN_CROSS_ENTROPY = metric(
            "train/ce",
            "Training cross-entropy",
            "cross-entropy of a step",
            Unit.NATS_PER_TOKEN,
            Better.LOWER,
            Reduction.MEAN,
            Origin.RUN);
    /** The optimiser's learning rate. */
    public static final Metric LEARNING_RATE = metric(
            "train/learning_rate",
            "Learning rate",
            "learning rate",
            Unit.NONE,
            Better.NEITHER,
            Reduction.SAME,
            Origin.RUN);
    /** The norm of all gradients together. */
    public static final Metric GRADIENT_NORM = metric(
            "train/grad_norm",
            "Gradient norm",
            "norm of all gradients before clipping",
            Unit.NONE,
            Better.NEITHER,
            Reduction.SAME,
            Origin.RUN);
    /** Targets per second since the last logged line, excluding evaluations. */
    public static final Metric TRAIN_SPEED = metric(
            "train/tokens_per_second",
            "Throughput",
            "training tokens per second",
            Unit.TOKENS_PER_SECOND,
            Better.HIGHER,
            Reduction.SUM,
            Origin.MACHINE);
    /** The training speed as a share of the matrix-product speed measured with the run's library, threads and precision; not logged without such a measurement. */
    public static final Metric FLOPS_SHARE = metric(
            "train/flops_share",
            "FLOPs share",
            "share of the measured matrix-product ceiling",
            Unit.SHARE,
            Better.HIGHER,
            Reduction.MEAN,
            Origin.MACHINE);
    /** The loss on a fixed part of the training text, if the recipe requests it. */
    public static final Metric TRAIN_SUBSET_LOSS = metric(
            "train_subset/loss",
            "Loss on a training subset",
            "cross-entropy on a fixed part of the training text",
            Unit.NATS_PER_TOKEN,
            Better.LOWER,
            Reduction.MEAN,
            Origin.RUN);
    /** The loss on held-out text. */
    public static final Metric VAL_LOSS = metric(
            "val/loss",
            "Validation loss",
            "cross-entropy on held-out text",
            Unit.NATS_PER_TOKEN,
            Better.LOWER,
            Reduction.MEAN,
            Origin.RUN);
    /** The lowest validation loss so far, which is only in status.json. */
    public static final Metric BEST_VAL_LOSS = metric(
            "val/best_loss",
            "Best validation loss",
            "lowest cross-entropy on held-out text so far (only in status.json)",
            Unit.NATS_PER_TOKEN,
            Better.LOWER,
            Reduction.SAME,
            Origin.RUN);
    /** The perplexity per token, derived from the validation loss. */
    public static final Metric VAL_PERPLEXITY = metric(
            "val/perplexity",
            "Perplexity",
            "exp(validation loss)",
            Unit.NONE,
            Better.LOWER,
            Reduction.SAME,
            Origin.RUN);
    /** The validation loss in bits, derived from that in nats. */
    public static final Metric VAL_BITS_PER_TOKEN = metric(
            "val/bits_per_token",
            "Bits per token",
            "validation loss in base 2",
            Unit.BITS_PER_TOKEN,
            Better.LOWER,
            Reduction.SAME,
            Origin.RUN);
    /** The validation loss in bits per byte, which is comparable between tokenizers. */
    public static final Metric VAL_BITS_PER_BYTE = metric(
            "val/bits_per_byte",
            "Bits per byte",
            "validation loss in base 2, per byte of the text",
            Unit.BITS_PER_BYTE,
            Better.LOWER,
            Reduction.SAME,
            Origin.RUN);
    /** The speed at which the trained model generates text, measured once at the end. */
    public static final Metric GENERATE_SPEED = metric(
            "generate/tokens_per_second",
            "Generation speed",
            "tokens generated per second after training",
            Unit.TOKENS_PER_SECOND,
            Better.HIGHER,
            Reduction.SAME,
            Origin.MACHINE);
    /** The peak resident memory of the process. */
    public static final Metric PEAK_MEMORY = metric(
            "memory/peak_bytes",
            "Peak memory",
            "peak resident memory of the process so far",
            Unit.BYTES,
            Better.LOWER,
            Reduction.MAX,
            Origin.MACHINE);

    /** The auxiliary losses, each under its own name. */
    public static final Family<String> AUXILIARY_LOSS = Family.named(
            "loss/",
            new Quantity(
                    "Auxiliary loss",
                    "auxiliary loss, before its coefficient is applied",
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

    /** Returns whether a metric measures the machine (time, speed or memory), so that its values may differ between bit-identical runs. */
    public static boolean measuredOfMachine(String name) {
        return OF_MACHINE.contains(name);
    }

    /** Returns all metrics with fixed names. */
    public static List<Metric> all() {
        return ALL;
    }
}
