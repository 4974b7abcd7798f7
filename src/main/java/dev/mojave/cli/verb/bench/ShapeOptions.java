package dev.mojave.cli.verb.bench;

import dev.mojave.lab.bench.Shape;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The size and batch of the dense model to measure. */
final class ShapeOptions {
    static final String SHAPE = "6,6,384,256,65";
    static final int BATCH = 32;

    @Mixin
    private ShapeOption shape = new ShapeOption(SHAPE);

    @Option(names = "--batch", paramLabel = "N", description = "Sequences per step; default: ${DEFAULT-VALUE}.")
    private int batch = BATCH;

    Shape shape() {
        return shape.shape();
    }

    int batch() {
        return batch;
    }
}
