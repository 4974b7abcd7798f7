package dev.mojave.cli.verb;

import dev.mojave.base.Failure;
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

/** Writes text with a trained model. */
@Command(
        name = "generate",
        description = "Continue a prompt with a trained model; the text streams to standard output.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave generate runs/first --prompt \"The sea is\" --max-tokens 200 --temperature 0.8")
public final class GenerateVerb implements Verb {
    @Parameters(paramLabel = "RUN", description = "A run's folder, or a Hugging Face folder.")
    Path run = Path.of("");

    @Option(names = "--prompt", paramLabel = "TEXT", description = "The beginning; default: none.")
    String prompt = "";

    @Option(
            names = "--category",
            paramLabel = "NAME",
            description = "Category of the text, for a model whose router is told one (task_aware); default: none.")
    String category = "";

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "How much to write; default: ${DEFAULT-VALUE} tokens.")
    int maxTokens = 200;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Divides the logits; 0 always takes the most likely token; default: ${DEFAULT-VALUE}.")
    double temperature = 0.8;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Keep the K most likely tokens; 0 = all; default: ${DEFAULT-VALUE}.")
    int topK = 200;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Keep the smallest set of tokens with probability P; default: ${DEFAULT-VALUE}.")
    double topP = 1;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Keep tokens at least P times as likely as the best; default: ${DEFAULT-VALUE}.")
    double minP = 0;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "R",
            description = "Makes tokens that occurred less likely; 1 = off; default: ${DEFAULT-VALUE}.")
    double repetitionPenalty = 1;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the draws; default: ${DEFAULT-VALUE}.")
    long seed = 1337;

    @Option(names = "--stop", paramLabel = "TEXT", description = "End before this text; repeatable.")
    List<String> stop = new ArrayList<>();

    @Mixin
    private CheckpointOption checkpoint = new CheckpointOption();

    @Option(
            names = "--weights",
            paramLabel = "F",
            description =
                    "Store weights as fp32, bf16 or int8 while writing: narrower is faster; default: ${DEFAULT-VALUE}.")
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
                Signals signals = Signals.listen(console, "this token is the last")) {
            saved.warnings().forEach(console::warn);
            Generator generator = generator(saved, format);
            Prompt read = generator.prompt(prompt);
            if (read.leftOut() > 0) {
                console.warn(String.format(
                        Locale.ROOT,
                        "the prompt has %d tokens and the model reads %d at once: %d of its beginning were left out",
                        read.tokens(),
                        read.tokens() - read.leftOut(),
                        read.leftOut()));
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
                        Locale.ROOT, "%d tokens, %.0f tokens/s", result.tokens(), result.tokensPerSecond()));
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
                    "--category %s: no router of this model is told a category (router task_aware is); leave the option out",
                    category);
        }
        if (!known.contains(category)) {
            throw Failure.usage(
                    "--category: the model knows no category '%s' (it knows %s)%s",
                    category, String.join(", ", known), Suggest.didYouMean(category, known));
        }
        return generator.ofCategory(category);
    }
}
