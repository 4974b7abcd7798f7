package dev.mojave.tensor.engine.choice;

import dev.mojave.base.Check;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The settings that the engine runs with, every {@code auto} resolved. Results are bit for bit the same only under the same choice, so it
 * is recorded in the provenance and pinned when a run resumes.
 *
 * @param device {@code cpu} or {@code cuda}
 * @param precision {@code fp32} or {@code bf16-mixed}
 * @param blas {@code mkl} or {@code openblas}
 * @param threads of libtorch, its BLAS and the kernels
 * @param kernels {@code fused} or {@code plain}
 * @param malloc {@code tuned} (glibc keeps freed blocks) or {@code system}; it changes speed, never results
 */
public record EngineChoice(String device, String precision, String blas, int threads, String kernels, String malloc) {
    /** glibc, configured to keep large freed blocks instead of returning them to the operating system. */
    public static final String MALLOC_TUNED = "tuned";
    /** The first NVIDIA GPU. */
    public static final String CUDA = "cuda";
    /** The allocator with the system's settings. */
    public static final String MALLOC_SYSTEM = "system";

    /** Checks that no value is {@code auto}. */
    public EngineChoice {
        Check.that(
                !device.equals(EngineRequest.AUTO)
                        && !precision.equals(EngineRequest.AUTO)
                        && !blas.equals(EngineRequest.AUTO)
                        && !kernels.equals(EngineRequest.AUTO),
                "an engine choice has no auto left in it");
        Check.that(threads >= 1, "engine.threads (%d) must be at least 1", threads);
    }

    /** Returns whether matrix products run in bfloat16 with float32 master weights. */
    public boolean mixed() {
        return precision.equals("bf16-mixed");
    }

    /** Returns whether the Vector API kernels run. */
    public boolean fused() {
        return kernels.equals("fused");
    }

    /** Returns the choice by key, in the order of the recipe, as provenance.json records it. */
    public Map<String, String> asMap() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("device", device);
        map.put("precision", precision);
        map.put("blas", blas);
        map.put("threads", Integer.toString(threads));
        map.put("kernels", kernels);
        map.put("malloc", malloc);
        return map;
    }

    /**
     * Reads a choice written by {@link #asMap}.
     *
     * @throws IllegalArgumentException if a key is missing or its value is not known
     */
    public static EngineChoice of(Map<String, String> map) {
        EngineRequest valid = new EngineRequest(
                value(map, "device"),
                value(map, "precision"),
                value(map, "blas"),
                value(map, "threads"),
                value(map, "kernels"));
        Check.that(!valid.threads().equals(EngineRequest.AUTO), "engine.threads is still auto; it must be a number");
        return new EngineChoice(
                valid.device(),
                valid.precision(),
                valid.blas(),
                Integer.parseInt(valid.threads()),
                valid.kernels(),
                value(map, "malloc"));
    }

    private static String value(Map<String, String> map, String key) {
        String value = map.get(key);
        Check.that(value != null, "the engine's choice has no '%s'", key);
        return java.util.Objects.requireNonNull(value);
    }
}
