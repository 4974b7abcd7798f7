package dev.mojave.tensor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Progress;
import dev.mojave.base.process.JavaCommand;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.kernels.block.AttentionBranchTest;
import dev.mojave.tensor.kernels.block.FeedForwardBranchTest;
import dev.mojave.tensor.kernels.head.HeadLossKernelTest;
import dev.mojave.tensor.kernels.mixture.ExpertsKernelTest;
import dev.mojave.tensor.kernels.mixture.RouterKernelsTest;
import dev.mojave.tensor.kernels.pointwise.Gate;
import dev.mojave.tensor.kernels.vector.VectorMath;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares the kernels with their reference implementations while the libraries and Java are told that the processor is another one, each
 * time in a process of its own.
 */
class EmulatedProcessorsTest {
    /** The settings of .ci/emulate. */
    private static final Map<String, Map<String, String>> PROCESSORS = Map.of(
            "avx2",
            Map.of(
                    "ATEN_CPU_CAPABILITY", "avx2",
                    "ONEDNN_MAX_CPU_ISA", "AVX2",
                    "MKL_ENABLE_INSTRUCTIONS", "AVX2",
                    "OPENBLAS_CORETYPE", "Haswell"),
            "sse",
            Map.of(
                    "ATEN_CPU_CAPABILITY", "default",
                    "ONEDNN_MAX_CPU_ISA", "SSE41",
                    "MKL_ENABLE_INSTRUCTIONS", "SSE4_2",
                    "OPENBLAS_CORETYPE", "Nehalem"));

    @ParameterizedTest
    @CsvSource({"avx2, openblas, 2, 2", "avx2, mkl, 2, 1", "sse, openblas, 1, 1", "sse, mkl, 1, 2"})
    void kernelsMatchTheirReferences(String processor, String blas, int avx, int cores) throws Exception {
        List<String> flags = new ArrayList<>(List.of(
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-XX:UseAVX=" + avx,
                "-XX:ActiveProcessorCount=" + cores));
        ProcessBuilder builder = new ProcessBuilder(JavaCommand.of(flags, Child.class, List.of(blas)));
        builder.environment().putAll(PROCESSORS.getOrDefault(processor, Map.of()));
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output)
                .contains(
                        "blas " + blas + ", threads " + cores,
                        "libtorch " + (processor.equals("avx2") ? "AVX2" : "DEFAULT"),
                        "lanes " + (avx == 2 ? 8 : 4),
                        "all kernels match");
        if (blas.equals("openblas")) {
            assertThat(output).contains("core " + (processor.equals("avx2") ? "haswell" : "nehalem"));
        }
    }

    /** A run of the tests that claims to emulate a processor really does. */
    @Test
    void aRunThatSaysItIsEmulatedIs() {
        String processor = System.getProperty("mojave.test.processor", "");
        String blas = System.getProperty("mojave.test.blas", "");
        if (!blas.isEmpty()) {
            assertThat(Engine.current().blas()).isEqualTo(blas);
        }
        if (!processor.isEmpty()) {
            assertThat(PROCESSORS).containsKey(processor);
            assertThat(System.getenv()).containsAllEntriesOf(PROCESSORS.getOrDefault(processor, Map.of()));
            assertThat(VectorMath.LANES).isEqualTo(processor.equals("avx2") ? 8 : 4);
            assertThat(capability()).isEqualTo(processor.equals("avx2") ? "AVX2" : "DEFAULT");
            core().ifPresent(core -> assertThat(core).isEqualTo(processor.equals("avx2") ? "haswell" : "nehalem"));
        }
    }

    @SuppressWarnings("restricted") // Asks the loaded library.
    private static String text(String function) {
        return SymbolLookup.loaderLookup()
                .find(function)
                .map(address -> {
                    try {
                        MemorySegment text = (MemorySegment) Linker.nativeLinker()
                                .downcallHandle(address, FunctionDescriptor.of(ValueLayout.ADDRESS))
                                .invokeExact();
                        return text.reinterpret(64).getString(0);
                    } catch (Throwable e) {
                        throw new IllegalStateException(e);
                    }
                })
                .orElse("");
    }

    /** Returns the processor that OpenBLAS detected, if it is loaded. */
    private static Optional<String> core() {
        String core = text("openblas_get_corename").toLowerCase(Locale.ROOT);
        return core.isEmpty() ? Optional.empty() : Optional.of(core);
    }

    private static String capability() {
        return torch.get_cpu_capability().getString();
    }

    /** The main program of the forked JVM. */
    static final class Child {
        @SuppressWarnings(
                "JUnitMethodInvoked") // This JVM has no test runner, which would hide the effect of its flags.
        public static void main(String[] arguments) {
            Engine.configure(new EngineRequest("auto", "fp32", arguments[0], "auto", "auto"), Progress.SILENT);
            System.out.println("blas " + Engine.current().blas() + ", threads "
                    + Engine.current().threads());
            System.out.println("libtorch " + capability());
            System.out.println("core " + core().orElse("unknown"));
            System.out.println("lanes " + VectorMath.LANES);
            KernelsTest.kernelsAreFused();
            KernelsTest elements = new KernelsTest();
            elements.geluMatchesItsReferenceForwardAndBackward(1000);
            elements.crossEntropyMatchesItsReference(129);
            new FeedForwardBranchTest().normMatchesItsReference(41, 128, true, false);
            new FeedForwardBranchTest().feedForwardMatchesItsReference(401, 20, 17, Gate.SWIGLU, false, true);
            new AttentionBranchTest().matchesItsReference(2, 150, 3, 1, 32, true, false);
            new AttentionBranchTest().matchesItsReference(48, 11, 2, 2, 8, true, true);
            new ExpertsKernelTest().matchEveryExpertOnEveryToken(1300, 2, 1, Gate.SWIGLU, true, false, false);
            new ExpertsKernelTest().matchEveryExpertOnEveryToken(40, 12, 3, Gate.GELU, true, true, false);
            new HeadLossKernelTest().headMatchesItsReference(130, 20, 17);
            new RouterKernelsTest().logitsEqualTheirReference(900, 33, 64);
            System.out.println("all kernels match");
        }

        private Child() {}
    }
}
