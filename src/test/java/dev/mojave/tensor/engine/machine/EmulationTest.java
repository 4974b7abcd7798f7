package dev.mojave.tensor.engine.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.tensor.engine.calibration.Calibrator;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmulationTest {
    private static final List<String> FLAGS =
            List.of("amx_bf16", "avx", "avx2", "avx512_bf16", "avx512_vnni", "avx512f", "fma", "sse4_2");

    @ParameterizedTest
    @CsvSource({
        "ATEN_CPU_CAPABILITY, default, sse4_2",
        "ATEN_CPU_CAPABILITY, avx2, avx avx2 fma sse4_2",
        "ATEN_CPU_CAPABILITY, avx512, amx_bf16 avx avx2 avx512_bf16 avx512_vnni avx512f fma sse4_2",
        "ONEDNN_MAX_CPU_ISA, AVX2, avx avx2 fma sse4_2",
        "ONEDNN_MAX_CPU_ISA, AVX2_VNNI, avx avx2 fma sse4_2",
        "DNNL_MAX_CPU_ISA, AVX, avx sse4_2",
        "ONEDNN_MAX_CPU_ISA, SSE41, sse4_2",
        "ONEDNN_MAX_CPU_ISA, AVX512_CORE_VNNI, avx avx2 avx512_vnni avx512f fma sse4_2",
        "ONEDNN_MAX_CPU_ISA, AVX512_CORE_BF16, avx avx2 avx512_bf16 avx512_vnni avx512f fma sse4_2",
        "ONEDNN_MAX_CPU_ISA, AVX512_CORE_AMX, amx_bf16 avx avx2 avx512_bf16 avx512_vnni avx512f fma sse4_2",
        "MKL_ENABLE_INSTRUCTIONS, AVX2, avx avx2 fma sse4_2",
        "MKL_ENABLE_INSTRUCTIONS, AVX512_E1, avx avx2 avx512_vnni avx512f fma sse4_2",
        "OPENBLAS_CORETYPE, Haswell, amx_bf16 avx avx2 avx512_bf16 avx512_vnni avx512f fma sse4_2",
    })
    void aVariableIsNamedAndWhatItForbidsIsNotUsable(String name, String value, String usable) {
        Emulation emulation = Emulation.of(Map.of(name, value), List.of());
        assertThat(emulation.settings()).containsExactly(name + "=" + value);
        assertThat(String.join(" ", emulation.usable(FLAGS))).isEqualTo(usable);
    }

    @Test
    void theLowestLimitCountsAndJavasOwnLimitsAreNamed() {
        Emulation emulation = Emulation.of(
                Map.of("ATEN_CPU_CAPABILITY", "avx2", "ONEDNN_MAX_CPU_ISA", "AVX", "PATH", "/bin", "MKL_CBWR", " "),
                List.of("-XX:UseAVX=1", "-Xmx2g", "-XX:UseAVX=2"));
        assertThat(emulation.settings())
                .containsExactly("ATEN_CPU_CAPABILITY=avx2", "ONEDNN_MAX_CPU_ISA=AVX", "-XX:UseAVX=2");
        assertThat(emulation.usable(FLAGS)).containsExactly("avx", "sse4_2");
        Emulation none = Emulation.of(Map.of("PATH", "/bin"), List.of("-Xmx2g"));
        assertThat(none.settings()).isEmpty();
        assertThat(none.usable(FLAGS)).isEqualTo(FLAGS);
    }

    @Test
    void anEmulatedProcessSaysSoAndAsksForAnotherCalibration() throws Exception {
        List<String> plain = described(Map.of(), List.of());
        List<String> variable = described(Map.of("ATEN_CPU_CAPABILITY", "avx2"), List.of());
        List<String> java = described(Map.of(), List.of("-XX:MaxVectorSize=16"));
        assertThat(plain.getFirst()).doesNotContain("emulated");
        assertThat(variable.getFirst())
                .contains("emulated: ATEN_CPU_CAPABILITY=avx2")
                .doesNotContain("avx512");
        assertThat(java.getFirst()).contains("emulated: -XX:MaxVectorSize=16");
        assertThat(List.of(plain.getLast(), variable.getLast(), java.getLast())).doesNotHaveDuplicates();
        assertThat(described(Map.of(), List.of())).isEqualTo(plain);
    }

    private static List<String> described(Map<String, String> environment, List<String> flags) throws Exception {
        List<String> command = new java.util.ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .keySet()
                .removeIf(name -> name.matches("(ATEN|ONEDNN|DNNL|MKL|OPENBLAS|JAVA_TOOL|JDK_JAVA)_.*"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (var out = process.inputReader(java.nio.charset.StandardCharsets.UTF_8)) {
            List<String> lines = out.lines().toList();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(lines).hasSize(2);
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Prints the description of the processor and the file of its calibration. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            MachineInfo machine = MachineInfo.detect();
            System.out.println(machine.described().processorInWords());
            System.out.println(new Calibrator(machine).file());
        }
    }
}
