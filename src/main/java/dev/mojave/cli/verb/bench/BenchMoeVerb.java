package dev.mojave.cli.verb.bench;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.verb.Verb;
import dev.mojave.lab.bench.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures the speed of training a mixture of experts. */
@Command(
        name = "moe",
        description = "Measure the speed of training a small Mixtral, and its share of the matrix-product ceiling.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave bench moe --experts 8 --top-k 2")
final class BenchMoeVerb implements Verb {
    @Mixin
    private MixtureOptions model = new MixtureOptions();

    @Mixin
    private MeasureOptions measure = new MeasureOptions(10);

    @Override
    public int run(Console console) {
        return measure.run(Workload.mixture(model.experts(), model.topK()), console);
    }
}
