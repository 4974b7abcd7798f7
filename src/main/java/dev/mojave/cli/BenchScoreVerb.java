package dev.mojave.cli;

import dev.mojave.lab.bench.Shape;
import dev.mojave.lab.bench.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the scoring of short texts. */
@Command(
        name = "score",
        description =
                "Speed of giving short texts their log-probabilities, and its share of the matrix-product ceiling.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave bench score --shape 4,4,128,64,256 --sentences 500")
final class BenchScoreVerb implements Verb {
    @Option(
            names = "--shape",
            paramLabel = "L,H,D,T,V",
            description = "Layers, heads, hidden size, context, vocabulary; default: ${DEFAULT-VALUE}.")
    private String shape = "12,6,384,64,16384";

    @Option(
            names = "--sentences",
            paramLabel = "N",
            description = "Texts of 5 to 17 tokens, scored together; default: ${DEFAULT-VALUE}.")
    private int sentences = 4000;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Measured steps after the warm-up, of which the median counts; default: ${DEFAULT-VALUE}.")
    private int steps = 3;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        return BenchTrainVerb.measure(Workload.score(Shape.parse(shape), sentences), steps, engine, json, console);
    }
}
