package dev.mojave.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void linearMatchesHandArithmetic() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.of(new float[] {1, 2}, 1, 2);
            Tensor w = Tensors.of(new float[] {3, 4, 5, 6, 7, 8}, 3, 2);
            Tensor b = Tensors.of(new float[] {1, 0, -1}, 3);

            assertThat(Functions.linear(x, w, b).toFloats()).containsExactly(12, 17, 22);
            assertThat(Functions.linear(x, w).toFloats()).containsExactly(11, 17, 23);
        }
    }

    @Test
    void backwardAccumulatesUntilTheGradientIsCleared() {
        try (Scope _ = Scope.open()) {
            Tensor w = Tensors.of(new float[] {2, 3}, 2).requireGrad(true);

            w.square().sum().backward();
            w.square().sum().backward();
            assertThat(w.grad().orElseThrow().toFloats()).containsExactly(8, 12);

            w.clearGrad();
            assertThat(w.grad()).isEqualTo(Optional.empty());
            w.square().sum().backward();
            assertThat(w.grad().orElseThrow().toFloats()).containsExactly(4, 6);
        }
    }

    @Test
    void onlyKeptTensorsOutliveTheirScope() {
        makeTheConstantOptions();
        long before = LiveObjects.settled();
        try (Scope _ = Scope.open()) {
            Tensor kept;
            long inside = Scope.liveObjects();
            try (Scope inner = Scope.open()) {
                Tensor x = Tensors.of(new float[] {1, 2, 3}, 3);
                kept = inner.keep(x.mul(2));
            }
            assertThat(kept.toFloats()).containsExactly(2, 4, 6);
            assertThat(Scope.liveObjects()).isEqualTo(inside + 1);
        }
        assertThat(Scope.liveObjects()).isEqualTo(before);
    }

    @Test
    void aTensorKeptOutOfTheOutermostScopeBelongsToTheCaller() {
        makeTheConstantOptions();
        Tensor kept;
        long before = LiveObjects.settled();
        try (Scope scope = Scope.open()) {
            kept = scope.keep(Tensors.ones(DType.FLOAT32, 4));
        }
        assertThat(kept.toFloats()).containsExactly(1, 1, 1, 1);
        kept.close();
        assertThat(Scope.liveObjects()).isEqualTo(before);
    }

    @Test
    void objectsCreatedOutsideScopesDoNotDisturbLaterCounts() {
        makeTheConstantOptions();
        for (int i = 0; i < 20; i++) {
            // It has no owner: the garbage collector frees it eventually.
            Tensors.ones(DType.FLOAT32, 4);
        }
        long before = LiveObjects.settled();
        System.gc();
        assertThat(LiveObjects.settled()).isEqualTo(before);
    }

    /** They live as long as the process, and would otherwise be counted in the first test that uses them. */
    private static void makeTheConstantOptions() {
        try (Scope _ = Scope.open()) {
            Tensors.of(new float[] {1}, 1);
        }
    }

    @Test
    void scopesMustCloseInReverseOrder() {
        Scope outer = Scope.open();
        Scope inner = Scope.open();
        assertThatThrownBy(outer::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reverse order");
        inner.close();
        outer.close();
    }

    @Test
    void aRefusedOperationNamesItselfAndTheShapes() {
        try (Scope _ = Scope.open()) {
            Tensor a = Tensors.ones(DType.FLOAT32, 2, 3);
            Tensor b = Tensors.ones(DType.FLOAT32, 4, 5);
            assertThatThrownBy(() -> a.matmul(b))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("matmul([2, 3] FLOAT32, [4, 5] FLOAT32)")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void segmentRefusesMemoryThatIsNotContiguous() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.ones(DType.FLOAT32, 2, 3).transpose(0, 1);
            assertThatThrownBy(x::segment)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("contiguous");
        }
    }

    @Test
    void recordingIsOffInsideNoGradAndBackOnAfterwards() {
        try (Scope _ = Scope.open()) {
            Tensor w = Tensors.ones(DType.FLOAT32, 1).requireGrad(true);
            try (NoGrad _ = NoGrad.open()) {
                assertThat(w.mul(2).requiresGrad()).isFalse();
            }
            assertThat(w.mul(2).requiresGrad()).isTrue();
        }
    }

    @Test
    void aRandomStreamContinuesFromItsSavedState() {
        try (Scope _ = Scope.open()) {
            Rng rng = Rng.seeded(7);
            Tensors.normal(rng, 0, 1, 5);
            byte[] state = rng.state();
            float[] first = Tensors.normal(rng, 0, 1, 5).toFloats();
            rng.restore(state);
            assertThat(Tensors.normal(rng, 0, 1, 5).toFloats()).containsExactly(first);
            assertThat(Tensors.normal(Rng.seeded(8), 0, 1, 5).toFloats()).isNotEqualTo(first);
        }
    }

    @Test
    void memoryThatIsNotThereIsAskedForByItsSize() {
        assertThatThrownBy(() -> Tensors.empty(DType.FLOAT32, 1L << 45))
                .isInstanceOf(Failure.class)
                .hasMessageMatching(
                        "out of memory in empty \\(\\): 140737 GB were asked for, and [\\d.]+ [MGT]B are free; lower train.micro_batch_size, .*");
    }

    @Test
    void dropoutDrawsFromItsOwnStream() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.ones(DType.FLOAT32, 1000);
            Rng.dropout().reseed(1);
            float[] first = Functions.dropout(x, 0.5).toFloats();
            Rng.dropout().reseed(1);
            assertThat(Functions.dropout(x, 0.5).toFloats()).containsExactly(first);
            assertThat(first).contains(0f, 2f);
        }
    }
}
