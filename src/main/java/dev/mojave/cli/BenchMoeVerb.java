package dev.mojave.cli;

import dev.mojave.lab.bench.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures training steps of a mixture of experts. */
@Command(
        name = "moe",
        description = "Speed of training a small Mixtral, and its share of the matrix-product ceiling.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave bench moe --experts 8 --top-k 2")
final class BenchMoeVerb implements Verb {
    @Mixin
    private MixtureOptions model = new MixtureOptions();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Measured steps after the warm-up, of which the median counts; default: ${DEFAULT-VALUE}.")
    private int steps = 10;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        return BenchTrainVerb.measure(Workload.mixture(model.experts(), model.topK()), steps, engine, json, console);
    }
}
