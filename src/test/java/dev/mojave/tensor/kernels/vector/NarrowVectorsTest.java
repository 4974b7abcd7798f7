package dev.mojave.tensor.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.process.JavaCommand;
import dev.mojave.tensor.kernels.KernelsTest;
import dev.mojave.tensor.kernels.block.AttentionBranchTest;
import dev.mojave.tensor.kernels.block.FeedForwardBranchTest;
import dev.mojave.tensor.kernels.head.HeadLossKernelTest;
import dev.mojave.tensor.kernels.pointwise.DropoutKernelTest;
import dev.mojave.tensor.kernels.pointwise.Gate;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the kernels with narrower vectors than this processor has, as the JVM is told to. */
class NarrowVectorsTest {
    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void kernelsMatchTheirReferences(int lanes) throws Exception {
        Process process = new ProcessBuilder(JavaCommand.of(
                        List.of(
                                "--add-modules=jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xmx256m",
                                "-XX:MaxVectorSize=" + lanes * Float.BYTES),
                        Child.class,
                        List.of()))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        // This machine has even narrower vectors.
        assertThat(output).contains("all kernels match, lanes " + Math.min(lanes, VectorMath.LANES));
    }

    /** The main program of the forked JVM: comparisons with the reference implementations at sizes that fill no vector. */
    static final class Child {
        @SuppressWarnings(
                "JUnitMethodInvoked") // This JVM has no test runner, which would hide the effect of its flags.
        public static void main(String[] arguments) {
            KernelsTest.kernelsAreFused();
            FeedForwardBranchTest.theLibraryIsFound();
            KernelsTest elements = new KernelsTest();
            elements.geluMatchesItsReferenceForwardAndBackward(37);
            elements.geluHoldsAtExtremes();
            elements.swiGluMatchesItsReferenceForwardAndBackward(37);
            elements.crossEntropyMatchesItsReference(37);
            elements.crossEntropyHoldsAtExtremes();
            elements.adamWMatchesItsReferenceOverManySteps();
            elements.gradientNormMatchesItsReferenceAndReportsNonFiniteGradients();
            new FeedForwardBranchTest().normMatchesItsReference(3, 37, true, true);
            new FeedForwardBranchTest().feedForwardMatchesItsReference(5, 37, 21, Gate.SWIGLU, false, true);
            new AttentionBranchTest().matchesItsReference(2, 19, 2, 1, 10, true, true);
            new AttentionBranchTest().dropsTheElementsOfItsMasks(2, 19, 2, 1, 10);
            DropoutKernelTest dropout = new DropoutKernelTest();
            dropout.numbersAreThoseOfThePaper();
            dropout.elementsAreDroppedByRowAndColumn(19);
            new HeadLossKernelTest().headMatchesItsReference(7, 19, 37);
            System.out.println("all kernels match, lanes " + VectorMath.LANES);
        }

        private Child() {}
    }
}
