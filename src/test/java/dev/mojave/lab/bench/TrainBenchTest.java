package dev.mojave.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.result.bench.BenchResult;
import dev.mojave.tensor.engine.Engine;
import org.junit.jupiter.api.Test;

class TrainBenchTest {
    @Test
    void aTinyModelIsMeasuredAndTheFiguresAgree() {
        Workload spec = Workload.dense(Shape.parse("1,2,16,8,11"), 2);
        BenchResult result = TrainBench.run(spec, 5, Engine.current(), Progress.SILENT);
        assertThat(result.work()).isEqualTo("train 1x2x16, context 8, vocabulary 11, batch 2");
        assertThat(result.stepSeconds()).isPositive();
        assertThat(result.tokensPerSecond()).isCloseTo(16 / result.stepSeconds(), within(1e-6));
        assertThat(result.shareOfCeiling()).isBetween(0.0, 1.0);
        assertThat(result.peakMemoryBytes()).isGreaterThan(50_000_000L);
        assertThat(result.blas()).isEqualTo(Engine.current().blas());
    }

    @Test
    void flopsAreCountedAsPublished() {
        // 6 FLOPs per token and weight of a matrix product (12 layers width^2, and the head), plus those of causal
        // attention.
        double weights = 12.0 * 6 * 384 * 384 + 65 * 384;
        assertThat((double) Shape.DEFAULT.spec().counts().flopsPerToken())
                .isEqualTo(6 * weights + 12.0 * 6 * 384 * 256 / 2);
    }

    @Test
    void aShapeThatIsNoneSaysWhatOneLooksLike() {
        for (String wrong :
                new String[] {"", "6,6,384,256", "6,6,384,256,65,1", "6,6,384,-1,65", "a,b,c,d,e", "0,6,384,256,65"}) {
            assertThatThrownBy(() -> Shape.parse(wrong))
                    .isInstanceOfSatisfying(
                            Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.USAGE))
                    .hasMessageContaining("--shape '" + wrong + "'")
                    .hasMessageContaining("6,6,384,256,65");
        }
        assertThatThrownBy(() -> Shape.parse("6,5,384,256,65"))
                .hasMessage("--shape 6,5,384,256,65: num_attention_heads (5) must divide hidden_size (384)");
        assertThatThrownBy(() -> Workload.dense(Shape.DEFAULT, 0)).hasMessage("--batch (0) must be at least 1");
    }
}
