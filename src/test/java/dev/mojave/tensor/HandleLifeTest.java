package dev.mojave.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.process.JavaCommand;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Tests tensors that libtorch returns as references into another object's memory and that outlive this object. It runs in a JVM of its own,
 * because a dangling reference may crash the process.
 */
class HandleLifeTest {
    @Test
    void aHandleOutlivesTheObjectItCameFrom() throws Exception {
        Process process = new ProcessBuilder(JavaCommand.of(
                        List.of(
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+ErrorFileToStdout",
                                "--enable-native-access=ALL-UNNAMED"),
                        Child.class,
                        List.of()))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output)
                .contains("{add=[3.0], backward=[3.0], clear=[3.0], copy=[3.0], mul=[3.0],"
                        + " split=[3.0], top=[3.0], unbind=[3.0]}");
    }

    /** The main program of the forked JVM. */
    static final class Child {
        public static void main(String[] arguments) {
            try (Scope _ = Scope.open()) {
                Map<String, Tensor> kept = new TreeMap<>();
                try (Scope inner = Scope.open()) {
                    kept.put("backward", inner.keep(gradient(Tensors.full(DType.FLOAT32, 1, 1))));
                    Tensor cleared = Tensors.full(DType.FLOAT32, 1, 1);
                    kept.put("clear", inner.keep(gradient(cleared)));
                    cleared.clearGrad();
                    Tensor threes = Tensors.full(DType.FLOAT32, 3, 2, 1);
                    kept.put("unbind", inner.keep(threes.unbind(0).getFirst()));
                    kept.put("split", inner.keep(threes.view(2).split(1, 0).getFirst()));
                    kept.put("top", inner.keep(threes.view(2).topK(1).values()));
                    Tensor zero = Tensors.zeros(DType.FLOAT32, 1);
                    kept.put(
                            "copy",
                            inner.keep(zero.copy().copyInPlace(threes.view(2).narrow(0, 0, 1))));
                    kept.put("add", inner.keep(zero.copy().addInPlace(Tensors.ones(DType.FLOAT32, 1), 3)));
                    kept.put("mul", inner.keep(Tensors.ones(DType.FLOAT32, 1).mulInPlace(3)));
                }
                // Freed memory is reused by tensors of the same size.
                for (int i = 0; i < 1000; i++) {
                    Tensors.full(DType.FLOAT32, 7, 1)
                            .requireGrad(true)
                            .mul(2)
                            .sum()
                            .backward();
                }
                Map<String, String> values = new TreeMap<>();
                kept.forEach((name, tensor) -> values.put(name, java.util.Arrays.toString(tensor.toFloats())));
                System.out.println(values);
            }
        }

        private static Tensor gradient(Tensor leaf) {
            leaf.requireGrad(true).mul(3).sum().backward();
            return leaf.grad().orElseThrow();
        }

        private Child() {}
    }
}
