package dev.mojave.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Progress;
import dev.mojave.nn.Context;
import dev.mojave.result.bench.KernelSpeeds;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.machine.MachineInfo;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelBenchTest {
    private static final Shape SMALL = new Shape(1, 2, 32, 16, 40);

    @Test
    void everyKernelIsMeasuredWithItsReferenceAndTheEngineIsRestored() {
        EngineChoice before = fused();
        KernelSpeeds speeds = KernelBench.run(SMALL, 2, 4096, 0, 2, before, Progress.SILENT);
        assertThat(speeds.kernels())
                .extracting(KernelSpeeds.Kernel::name)
                .containsExactly("attention branch", "feed-forward branch", "head and loss", "AdamW", "gradient norm");
        assertThat(speeds.kernels()).allSatisfy(kernel -> {
            assertThat(kernel.seconds()).isPositive();
            assertThat(kernel.twinSeconds()).isPositive();
            assertThat(kernel.shareOfCeiling()).isPositive();
        });
        assertThat(speeds.matmulFp32Gflops()).isPositive();
        assertThat(speeds.matmulFp32Size()).endsWith(" cubed");
        assertThat(speeds.matmulBf16Gflops() == null)
                .isEqualTo(speeds.matmulBf16Size() == null)
                .isEqualTo(speeds.matmulBf16Abandoned() != null);
        assertThat(speeds.machine()).isEqualTo(MachineInfo.detect().described());
        assertThat(speeds.copyBytesPerSecond()).isPositive();
        assertThat(Engine.current()).isEqualTo(before);
    }

    @Test
    void workIsCountedByHand() {
        fused();
        try (Scope _ = Scope.open()) {
            List<KernelTask> tasks = KernelTask.of(SMALL, 2, 1000, Context.TRAINING);
            double tokens = 2 * 16;
            assertThat(tasks)
                    .extracting(KernelTask::amount)
                    .containsExactly(
                            tokens * 6 * (4 * 32 * 32 + 16 * 32),
                            tokens * 6 * (8 * 32 * 32),
                            tokens * 6 * (40 * 32),
                            28_000.0,
                            4_000.0);
        }
    }

    @Test
    void plainKernelsAloneAreNoComparison() {
        EngineChoice before = fused();
        EngineRequest asked = EngineRequest.of(before);
        EngineChoice plain = Engine.configure(
                new EngineRequest(asked.device(), asked.precision(), asked.blas(), asked.threads(), "plain"),
                Progress.SILENT);
        Engine.pin(before);
        assertThatThrownBy(() -> KernelBench.run(SMALL, 2, 10, plain, Progress.SILENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set --kernels auto");
    }

    private static EngineChoice fused() {
        return Engine.configure(
                new EngineRequest("cpu", "fp32", Engine.current().blas(), "auto", "fused"), Progress.SILENT);
    }
}
