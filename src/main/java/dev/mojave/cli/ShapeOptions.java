package dev.mojave.cli;

import dev.mojave.lab.bench.Shape;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The dense model that is measured. */
final class ShapeOptions {
    @Mixin
    private ShapeOption shape = new ShapeOption("6,6,384,256,65");

    @Option(names = "--batch", paramLabel = "N", description = "Sequences in a step; default: ${DEFAULT-VALUE}.")
    private int batch = 32;

    Shape shape() {
        return shape.shape();
    }

    int batch() {
        return batch;
    }
}
