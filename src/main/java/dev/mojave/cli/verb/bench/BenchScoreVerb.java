package dev.mojave.cli.verb.bench;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.verb.Verb;
import dev.mojave.lab.bench.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the speed of scoring short texts. */
@Command(
        name = "score",
        description =
                "Measure the speed of computing the log-probabilities of short texts, and its share of the matrix-product ceiling.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave bench score --shape 4,4,128,64,256 --sentences 500")
final class BenchScoreVerb implements Verb {
    static final String SHAPE = "12,6,384,64,16384";
    static final int SENTENCES = 4000;

    @Mixin
    private ShapeOption shape = new ShapeOption(SHAPE);

    @Option(
            names = "--sentences",
            paramLabel = "N",
            description = "Texts of 5 to 17 tokens, scored together; default: ${DEFAULT-VALUE}.")
    private int sentences = SENTENCES;

    @Mixin
    private MeasureOptions measure = new MeasureOptions(3);

    @Override
    public int run(Console console) {
        return measure.run(Workload.score(shape.shape(), sentences), console);
    }
}
