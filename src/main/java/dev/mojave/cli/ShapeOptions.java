package dev.mojave.cli;

import dev.mojave.lab.bench.Shape;
import picocli.CommandLine.Option;

/** The dense model that is measured. */
final class ShapeOptions {
    @Option(
            names = "--shape",
            paramLabel = "L,H,D,T,V",
            description = "Layers, heads, hidden size, context, vocabulary; default: ${DEFAULT-VALUE}.")
    private String shape = "6,6,384,256,65";

    @Option(names = "--batch", paramLabel = "N", description = "Sequences in a step; default: ${DEFAULT-VALUE}.")
    private int batch = 32;

    Shape shape() {
        return Shape.parse(shape);
    }

    int batch() {
        return batch;
    }
}
