package dev.mojave.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests tensors without elements. */
class EmptyTensorsTest {
    @Test
    void emptyIsASize() {
        try (Scope _ = Scope.open()) {
            for (DType type : DType.values()) {
                Tensor none = Tensors.zeros(type, 3, 0);
                assertThat(none.segment().byteSize()).isZero();
                assertThat(none.toFloats()).isEmpty();
                assertThat(none.toLongs()).isEmpty();
                assertThat(Tensors.copy(none.segment(), type, 0, 7).shape()).containsExactly(0, 7);
            }
            assertThat(Tensors.of(new float[0], 0).shape()).containsExactly(0);
            assertThat(Tensors.of(new long[0], 2, 0).shape()).containsExactly(2, 0);
            assertThat(Tensors.ofIds(new int[0], 0, 4).shape()).containsExactly(0, 4);
            assertThat(Tensors.arange(DType.INT64, 0).toLongs()).isEmpty();
            assertThat(Tensors.normal(Rng.seeded(1), 0, 1, 0, 3).toFloats()).isEmpty();
            assertThat(Tensors.uniform(Rng.seeded(1), 0, 1, 0).toFloats()).isEmpty();
            Tensor rows = Tensors.ones(DType.FLOAT32, 2, 3);
            assertThat(rows.indexSelect(0, Tensors.of(new long[0], 0)).shape()).containsExactly(0, 3);
            assertThat(rows.narrow(0, 2, 0).sum().item()).isZero();
            assertThat(Tensors.cat(List.of(rows, rows.narrow(0, 0, 0)), 0).shape())
                    .containsExactly(2, 3);
            assertThat(rows.split(new long[] {0, 2}, 0).getFirst().shape()).containsExactly(0, 3);
            try (Buffers buffers = new Buffers()) {
                assertThat(buffers.floats(0).address()).isNotZero();
            }
        }
    }
}
