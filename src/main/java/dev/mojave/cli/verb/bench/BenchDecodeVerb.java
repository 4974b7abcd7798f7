package dev.mojave.cli.verb.bench;

import dev.mojave.base.Plural;
import dev.mojave.base.Units;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.TextTable;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.lab.bench.DecodeBench;
import dev.mojave.lab.bench.Shape;
import dev.mojave.result.bench.BenchResult;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the speed of generating tokens one by one. */
@Command(
        name = "decode",
        description =
                "Measure the speed of generating with a LLaMA, one token at a time, and its share of the memory bandwidth.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave bench decode --shape 4,4,128,128,256 --weights fp32,int8")
final class BenchDecodeVerb implements Verb {
    static final String SHAPE = "12,6,384,256,16384";

    @Mixin
    private ShapeOption shape = new ShapeOption(SHAPE);

    @Option(
            names = "--weights",
            paramLabel = "F,...",
            description = "Formats of the weights, measured in turns; default: ${DEFAULT-VALUE}.")
    private String weights = "fp32,bf16,int8";

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Measured texts of 64 tokens per format; the median is reported; default: ${DEFAULT-VALUE}.")
    private int steps = 10;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        List<WeightFormat> formats = Stream.of(weights.split(",", -1))
                .map(text -> WeightFormat.parse("--weights", text.strip()))
                .distinct()
                .toList();
        Shape parsed = shape.shape();
        boolean asJson = json.chosen(console);
        EngineChoice choice = Engine.configure(engine.request(), console);
        List<BenchResult> results = DecodeBench.run(parsed, formats, steps, choice, console);
        if (asJson) {
            console.json(results);
        } else {
            console.print(text(parsed, results, choice));
        }
        return ExitCodes.OK;
    }

    private static String text(Shape shape, List<BenchResult> results, EngineChoice engine) {
        TextTable table =
                new TextTable("weights", "tokens/s", "ms/token", "share of bandwidth", "relative to " + first(results));
        for (BenchResult result : results) {
            table.add(
                    result.precision(),
                    String.format(Locale.ROOT, "%.0f", result.tokensPerSecond()),
                    String.format(Locale.ROOT, "%.2f", result.stepSeconds() * 1e3),
                    String.format(Locale.ROOT, "%.0f%%", result.shareOfCeiling() * 100),
                    String.format(
                            Locale.ROOT,
                            "%.2f",
                            result.tokensPerSecond() / results.getFirst().tokensPerSecond()));
        }
        return String.format(
                Locale.ROOT,
                "decode LLaMA %s; %s, %s, %s kernels, peak memory %s%n%s",
                shape,
                engine.blas(),
                Plural.of(engine.threads(), "thread"),
                engine.kernels(),
                Units.bytes((double) results.getFirst().peakMemoryBytes()),
                table.text());
    }

    private static String first(List<BenchResult> results) {
        return results.getFirst().precision();
    }
}
