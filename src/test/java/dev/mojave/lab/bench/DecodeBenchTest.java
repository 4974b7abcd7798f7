package dev.mojave.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.tree.Json;
import dev.mojave.generate.TokenDecoder;
import dev.mojave.model.LanguageModel;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import org.junit.jupiter.api.Test;

class DecodeBenchTest {
    private static final Shape SMALL = new Shape(2, 2, 128, 80, 192);

    @Test
    void aTokenReadsEveryWeightButTheEmbeddingOnce() {
        Workload workload = Workload.decode(SMALL, WeightFormat.FP32);
        long matrices = 2 * (4L * 128 * 128 + 3L * 128 * 512) + 192L * 128;
        try (LanguageModel model = LanguageModel.build(workload.model(), 0);
                TokenDecoder fp32 = new TokenDecoder(model, WeightFormat.FP32);
                TokenDecoder bf16 = new TokenDecoder(model, WeightFormat.BF16);
                TokenDecoder int8 = new TokenDecoder(model, WeightFormat.INT8)) {
            assertThat(fp32.bytesPerToken()).isEqualTo(4 * matrices);
            assertThat(bf16.bytesPerToken()).isBetween(2 * matrices, 2 * matrices + 10_000);
            assertThat(int8.bytesPerToken()).isBetween(matrices * 17 / 16, matrices * 17 / 16 + 10_000);
        }
    }

    @Test
    void aWorkloadReachesAnotherProcessAsItIs() throws Exception {
        for (Workload workload : new Workload[] {
            Workload.decode(SMALL, WeightFormat.INT8), Workload.score(SMALL, 5), Workload.dense(SMALL, 2)
        }) {
            assertThat(Json.mapper().readValue(Json.line(workload), Workload.class))
                    .isEqualTo(workload);
        }
    }

    @Test
    void sentencesAreAsLongAsThoseOfTheTest() {
        assertThat(ScoreSession.lengths(134).stream()
                        .mapToInt(Integer::intValue)
                        .sum())
                .isEqualTo(1269);
        assertThat(ScoreSession.lengths(1000)).allMatch(n -> 5 <= n && n <= 17);
        assertThat(Workload.score(SMALL, 134).tokens()).isEqualTo(1269);
    }

    @Test
    void contextsThatAreTooShortAreNamed() {
        assertThatThrownBy(() -> Workload.decode(new Shape(1, 1, 8, 79, 20), WeightFormat.FP32))
                .hasMessage("--shape: the context (79) must be at least 80");
        assertThatThrownBy(() -> Workload.score(new Shape(1, 1, 8, 16, 20), 3))
                .hasMessage("--shape: the context (16) must be at least 17");
    }
}
