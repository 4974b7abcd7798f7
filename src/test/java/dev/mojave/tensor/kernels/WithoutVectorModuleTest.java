package dev.mojave.tensor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.kernels.head.SoftmaxCrossEntropy;
import dev.mojave.tensor.kernels.optimizer.AdamWKernel;
import dev.mojave.tensor.kernels.optimizer.GradientNorm;
import dev.mojave.tensor.kernels.pointwise.GeluKernel;
import dev.mojave.tensor.kernels.pointwise.SwiGluKernel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Runs the library in a JVM that was started without any flags. */
class WithoutVectorModuleTest {
    @Test
    void everyKernelRunsItsReference() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("kernels plain, gelu 0.841, loss 1.609, norm 2.000, parameter 0.899");
    }

    /** The main program of the forked JVM. */
    static final class Child {
        public static void main(String[] arguments) {
            try (Scope _ = Scope.open()) {
                Tensor x = Tensors.ones(DType.FLOAT32, 4).requireGrad(true);
                Tensor y = GeluKernel.apply(SwiGluKernel.apply(Tensors.cat(List.of(x, x.mul(1.3678795)), 0)));
                y.sum().backward();
                Tensor logits = Tensors.ones(DType.FLOAT32, 1, 5);
                double loss = SoftmaxCrossEntropy.apply(logits, Tensors.zeros(DType.INT64, 1))
                        .item();
                Tensor ones = Tensors.ones(DType.FLOAT32, 4);
                Tensor parameter = ones.copy();
                AdamWKernel.step(
                        List.of(new AdamWKernel.Slot(parameter, ones, ones.mul(0), ones.mul(0), 0.01)),
                        new AdamWKernel.Settings(0.1, 0.9, 0.99, 1e-8, 1, 1));
                System.out.printf(
                        Locale.ROOT,
                        "kernels %s, gelu %.3f, loss %.3f, norm %.3f, parameter %.3f%n",
                        Engine.current().kernels(),
                        y.toFloats()[0],
                        loss,
                        GradientNorm.of(List.of(ones)),
                        parameter.toFloats()[0]);
            }
        }

        private Child() {}
    }
}
