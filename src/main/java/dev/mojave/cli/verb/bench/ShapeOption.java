package dev.mojave.cli.verb.bench;

import dev.mojave.lab.bench.Shape;
import picocli.CommandLine.Option;

/** {@code --shape}: the size of the model to measure. */
final class ShapeOption {
    @Option(
            names = "--shape",
            paramLabel = "L,H,D,T,V",
            description = "Layers, heads, hidden size, context, vocabulary; default: ${DEFAULT-VALUE}.")
    private String shape;

    ShapeOption(String usual) {
        shape = usual;
    }

    Shape shape() {
        return Shape.parse(shape);
    }
}
