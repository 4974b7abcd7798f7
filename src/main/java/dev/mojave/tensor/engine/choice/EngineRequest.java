package dev.mojave.tensor.engine.choice;

import dev.mojave.base.Check;
import dev.mojave.base.Suggest;
import dev.mojave.base.tree.Default;
import java.util.List;

/**
 * The recipe's {@code engine:} section. Every value may be {@code auto}, which means chosen for this machine.
 *
 * @param device {@code auto} (the CPU), {@code cpu}, or {@code cuda} (the NVIDIA GPU of this process, in a build with the cuda profile)
 * @param precision {@code auto}, {@code fp32} or {@code bf16-mixed}
 * @param blas {@code auto}, {@code mkl} or {@code openblas}
 * @param threads {@code auto} or a count from 1
 * @param kernels {@code auto}, {@code fused} (Vector API) or {@code plain} (libtorch's own operations)
 */
public record EngineRequest(
        @Default("auto") String device,
        @Default("auto") String precision,
        @Default("auto") String blas,
        @Default("auto") String threads,
        @Default("auto") String kernels) {
    /** The value that leaves a choice to Mojave. */
    public static final String AUTO = "auto";

    /** The values of the key {@code device}. */
    public static final List<String> DEVICES = List.of(AUTO, "cpu", EngineChoice.CUDA);
    /** The values of the key {@code precision}. */
    public static final List<String> PRECISIONS = List.of(AUTO, "fp32", "bf16-mixed");
    /** The values of the key {@code blas}. */
    public static final List<String> BLAS_LIBRARIES = List.of(AUTO, "mkl", "openblas");
    /** The values of the key {@code kernels}. */
    public static final List<String> KERNELS = List.of(AUTO, "fused", "plain");

    private static final int MOST_THREADS = 4096;

    /** Every value {@code auto}. */
    public static final EngineRequest DEFAULT = new EngineRequest(AUTO, AUTO, AUTO, AUTO, AUTO);

    /** Checks every value. */
    public EngineRequest {
        oneOf("engine.device", device, DEVICES);
        oneOf("engine.precision", precision, PRECISIONS);
        oneOf("engine.blas", blas, BLAS_LIBRARIES);
        oneOf("engine.kernels", kernels, KERNELS);
        Check.that(
                threads.equals(AUTO) || isThreadCount(threads),
                "engine.threads: '%s' is not a number of threads; write auto or a whole number from 1 to %d",
                threads,
                MOST_THREADS);
    }

    /** Returns the request for exactly this choice. */
    public static EngineRequest of(EngineChoice choice) {
        return new EngineRequest(
                choice.device(),
                choice.precision(),
                choice.blas(),
                Integer.toString(choice.threads()),
                choice.kernels());
    }

    /** Returns the same request with a number of threads. */
    public EngineRequest withThreads(int count) {
        return new EngineRequest(device, precision, blas, Integer.toString(count), kernels);
    }

    /** Returns whether a value is {@code auto}. */
    public static boolean isAuto(String value) {
        return value.equals(AUTO);
    }

    private static void oneOf(String key, String value, List<String> choices) {
        Check.that(
                choices.contains(value),
                "%s: '%s' is not one of %s%s",
                key,
                value,
                String.join(", ", choices),
                Suggest.didYouMean(value, choices));
    }

    private static boolean isThreadCount(String text) {
        return text.matches("[1-9][0-9]{0,3}") && Integer.parseInt(text) <= MOST_THREADS;
    }
}
