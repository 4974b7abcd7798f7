package dev.mojave.cli.verb;

import dev.mojave.base.Failure;
import dev.mojave.base.Plural;
import dev.mojave.base.Suggest;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.Signals;
import dev.mojave.cli.options.CheckpointOption;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.generate.Generator;
import dev.mojave.generate.Prompt;
import dev.mojave.generate.SamplingSpec;
import dev.mojave.result.GenerateResult;
import dev.mojave.run.model.SavedModel;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Generates text with a trained model. */
@Command(
        name = "generate",
        description = "Continue a prompt with a trained model; the text streams to standard output.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave generate runs/first --prompt \"The sea is\" --max-tokens 200 --temperature 0.8")
public final class GenerateVerb implements Verb {
    @Parameters(paramLabel = "RUN", description = "A run's folder, or a Hugging Face folder.")
    Path run = Path.of("");

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Beginning of the text; default: none.")
    String prompt = "";

    @Option(
            names = "--category",
            paramLabel = "NAME",
            description = "Category of the text, for a model whose router uses categories (task_aware); default: none.")
    String category = "";

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Maximum number of tokens to generate; default: ${DEFAULT-VALUE}.")
    int maxTokens = 200;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Divisor of the logits; 0 always picks the most likely token; default: ${DEFAULT-VALUE}.")
    double temperature = 0.8;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Sample from the K most likely tokens; 0 = all; default: ${DEFAULT-VALUE}.")
    int topK = 200;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Sample from the smallest set of tokens with total probability P; default: ${DEFAULT-VALUE}.")
    double topP = 1;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description =
                    "Sample from tokens at least P times as likely as the most likely one; default: ${DEFAULT-VALUE}.")
    double minP = 0;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "R",
            description =
                    "Penalty that makes tokens less likely once they have occurred; 1 = off; default: ${DEFAULT-VALUE}.")
    double repetitionPenalty = 1;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the sampling; default: ${DEFAULT-VALUE}.")
    long seed = 1337;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Stop before this text; repeatable.")
    List<String> stop = new ArrayList<>();

    @Mixin
    private CheckpointOption checkpoint = new CheckpointOption();

    @Option(
            names = "--weights",
            paramLabel = "F",
            description =
                    "Format of the weights in memory: fp32, bf16 or int8; narrower is faster; default: ${DEFAULT-VALUE}.")
    String weights = WeightFormat.FP32.key();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        SamplingSpec spec =
                new SamplingSpec(repetitionPenalty, temperature, topK, topP, minP, maxTokens, seed, stop, true);
        WeightFormat format = WeightFormat.parse("--weights", weights);
        boolean asJson = json.chosen(console);
        console.reserveOutput();
        SavedModel.requireModel(run);
        try (SavedModel saved = SavedModel.load(
                        run, checkpoint.which(), () -> Engine.configure(EngineRequest.DEFAULT, console));
                Signals signals = Signals.listen(console, "finishing this token first")) {
            saved.warnings().forEach(console::warn);
            Generator generator = generator(saved, format);
            Prompt read = generator.prompt(prompt);
            if (read.leftOut() > 0) {
                console.warn(String.format(
                        Locale.ROOT,
                        "the prompt has %s, but the context has room for %,d: the first %s left out",
                        Plural.of(read.tokens(), "token"),
                        read.tokens() - read.leftOut(),
                        read.leftOut() == 1 ? "one was" : String.format(Locale.ROOT, "%,d were", read.leftOut())));
            }
            if (!asJson) {
                console.stream(prompt);
            }
            saved.model().roundWeights(format);
            GenerateResult result = generator.generate(read, spec, asJson ? piece -> {} : console::stream, signals);
            if (asJson) {
                console.json(result);
            } else {
                console.stream("\n");
                console.say(String.format(
                        Locale.ROOT,
                        "%s, %.0f tokens/s",
                        Plural.of(result.tokens(), "token"),
                        result.tokensPerSecond()));
            }
            return signals.exitCode();
        }
    }

    private Generator generator(SavedModel saved, WeightFormat format) {
        Generator generator = new Generator(saved.model(), saved.tokenizer(), saved.special(), format);
        if (category.isEmpty()) {
            return generator;
        }
        List<String> known = saved.model().spec().categories();
        if (known.isEmpty()) {
            throw Failure.usage(
                    "--category %s: no router of this model uses categories (only router task_aware does); leave the option out",
                    category);
        }
        if (!known.contains(category)) {
            throw Failure.usage(
                    "--category: the model has no category '%s' (it has %s)%s",
                    category, String.join(", ", known), Suggest.didYouMean(category, known));
        }
        return generator.ofCategory(category);
    }
}
