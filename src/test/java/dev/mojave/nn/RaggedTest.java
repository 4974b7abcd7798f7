package dev.mojave.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import org.junit.jupiter.api.Test;

class RaggedTest {
    private static final int[] LENGTHS = {2, 0, 3, 1};

    @Test
    void rowsAreAtTheBeginningOfTheirSequences() {
        try (Scope _ = Scope.open()) {
            Tensor rowsRD = Tensors.arange(DType.FLOAT32, 12).view(6, 2);
            Ragged ragged = new Ragged(LENGTHS);
            Tensor padded = ragged.pad(rowsRD);
            assertThat(padded.shape()).containsExactly(4, 3, 2);
            assertThat(padded.select(0, 0).narrow(0, 0, 2).toFloats()).containsExactly(0, 1, 2, 3);
            assertThat(padded.select(0, 2).toFloats()).containsExactly(4, 5, 6, 7, 8, 9);
            assertThat(padded.select(0, 3).narrow(0, 0, 1).toFloats()).containsExactly(10, 11);
            assertThat(ragged.unpad(padded).toFloats()).isEqualTo(rowsRD.toFloats());
        }
    }

    @Test
    void gradientsReturnToTheirRowsAndPaddingHasNone() {
        try (Scope _ = Scope.open()) {
            Tensor rowsRD = Tensors.normal(Rng.seeded(1), 0, 1, 6, 2).requireGrad(true);
            Tensor factorRD = Tensors.normal(Rng.seeded(2), 0, 1, 6, 2);
            Ragged ragged = new Ragged(LENGTHS);
            ragged.unpad(ragged.pad(rowsRD).square()).mul(factorRD).sum().backward();
            assertThat(rowsRD.grad().orElseThrow().toFloats())
                    .isEqualTo(rowsRD.detach().mul(2).mul(factorRD).toFloats());

            Tensor placesBMD = Tensors.normal(Rng.seeded(3), 0, 1, 4, 3, 2).requireGrad(true);
            ragged.unpad(placesBMD).mul(factorRD).sum().backward();
            Tensor gradient = placesBMD.grad().orElseThrow();
            assertThat(ragged.unpad(gradient).toFloats()).isEqualTo(factorRD.toFloats());
            assertThat(gradient.abs().sum().item())
                    .isCloseTo(factorRD.abs().sum().item(), org.assertj.core.api.Assertions.within(1e-5));
        }
    }

    @Test
    void referenceOfOtherDevicesComputesTheSameRowsAndGradients() {
        try (Scope _ = Scope.open()) {
            Ragged ragged = new Ragged(LENGTHS);
            Tensor weightRD = Tensors.normal(Rng.seeded(2), 0, 1, 6, 2);
            Tensor rowsRD = Tensors.normal(Rng.seeded(1), 0, 1, 6, 2).requireGrad(true);
            Tensor sameRD = rowsRD.detach().requireGrad(true);
            Tensor through = ragged.unpad(ragged.pad(rowsRD).square());
            Tensor reference = ragged.unpadReference(ragged.padReference(sameRD).square());
            through.mul(weightRD).sum().backward();
            reference.mul(weightRD).sum().backward();
            assertThat(reference.toFloats()).isEqualTo(through.toFloats());
            assertThat(sameRD.grad().orElseThrow().toFloats())
                    .isEqualTo(rowsRD.grad().orElseThrow().toFloats());
        }
    }
}
