package dev.mojave.cli.verb.bench;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.verb.Verb;
import dev.mojave.lab.bench.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures the speed of training a dense model with the architecture of GPT-2. */
@Command(
        name = "train",
        description = "Measure the speed of training a dense GPT-2, and its share of the matrix-product ceiling.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave bench train --shape 4,4,128,64,65 --batch 12")
final class BenchTrainVerb implements Verb {
    @Mixin
    private ShapeOptions model = new ShapeOptions();

    @Mixin
    private MeasureOptions measure = new MeasureOptions(10);

    @Override
    public int run(Console console) {
        return measure.run(Workload.dense(model.shape(), model.batch()), console);
    }
}
