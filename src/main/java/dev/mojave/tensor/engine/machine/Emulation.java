package dev.mojave.tensor.engine.machine;

import dev.mojave.tensor.engine.machine.InstructionSets.Level;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Settings that make libraries and Java use a processor as if it were another; each library has its own. Measurements under such settings
 * say nothing about the processor without them.
 *
 * @param settings {@code NAME=value}, those of the environment first
 * @param level the lowest level in the settings of libtorch, oneDNN and MKL, which all of them may still use
 */
record Emulation(List<String> settings, Level level) {
    /** Limits libtorch's own kernels. */
    private static final String ATEN = "ATEN_CPU_CAPABILITY";
    /** Variables that limit instruction sets, or force kernels, a precision or the code path of another vendor. */
    private static final List<String> VARIABLES = List.of(
            ATEN,
            "ONEDNN_MAX_CPU_ISA",
            "DNNL_MAX_CPU_ISA",
            "ONEDNN_DEFAULT_FPMATH_MODE",
            "DNNL_DEFAULT_FPMATH_MODE",
            "MKL_ENABLE_INSTRUCTIONS",
            "MKL_DEBUG_CPU_TYPE",
            "MKL_CBWR",
            "OPENBLAS_CORETYPE");

    private static final List<String> FLAGS = List.of("-XX:UseAVX=", "-XX:UseSSE=", "-XX:MaxVectorSize=");

    Emulation {
        settings = List.copyOf(settings);
    }

    static Emulation ofThisProcess() {
        return of(System.getenv(), ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    /**
     * Reads the settings.
     *
     * @param environment variables by name
     * @param arguments the arguments of the JVM
     */
    static Emulation of(Map<String, String> environment, List<String> arguments) {
        List<String> settings = new ArrayList<>();
        Level level = Level.ALL;
        for (String name : VARIABLES) {
            String value = environment.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                settings.add(name + "=" + value);
                level = lower(level, limit(name, value));
            }
        }
        for (String flag : FLAGS) {
            // The last one wins, as in Java.
            arguments.reversed().stream()
                    .filter(argument -> argument.startsWith(flag))
                    .findFirst()
                    .ifPresent(settings::add);
        }
        return new Emulation(settings, level);
    }

    /** Returns the flags that the libraries may use. */
    List<String> usable(List<String> flags) {
        return flags.stream().filter(level::allows).toList();
    }

    private static Level lower(Level a, Level b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static Level limit(String name, String value) {
        String upper = value.toUpperCase(Locale.ROOT);
        return switch (name) {
            case ATEN ->
                switch (upper) {
                    case "DEFAULT" -> Level.SSE;
                    case "AVX2" -> Level.AVX2;
                    default -> Level.ALL;
                };
            case "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS" -> named(upper);
            default -> Level.ALL;
        };
    }

    /** oneDNN's and MKL's names. */
    private static Level named(String value) {
        if (value.startsWith("SSE")) {
            return Level.SSE;
        }
        if (value.startsWith("AVX10") || value.contains("AMX")) {
            return Level.ALL;
        }
        if (value.contains("BF16") || value.contains("FP16") || value.equals("AVX512_E3")) {
            return Level.AVX512_BF16;
        }
        if (value.startsWith("AVX512")) {
            return value.equals("AVX512_E4") ? Level.ALL : Level.AVX512;
        }
        return Arrays.stream(Level.values())
                .filter(level -> level == Level.AVX || level == Level.AVX2)
                .filter(level -> value.equals(level.name()) || value.startsWith(level.name() + "_"))
                .findFirst()
                .orElse(Level.ALL);
    }

    /** Returns the setting of this name. */
    static Optional<String> setting(List<String> settings, String name) {
        return settings.stream().filter(s -> s.startsWith(name + "=")).findFirst();
    }
}
