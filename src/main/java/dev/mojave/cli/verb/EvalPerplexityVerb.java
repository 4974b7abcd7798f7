package dev.mojave.cli.verb;

import dev.mojave.base.Failure;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.CheckpointOption;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.store.Split;
import dev.mojave.data.window.EvalWindows;
import dev.mojave.eval.Perplexity;
import dev.mojave.nn.Context;
import dev.mojave.result.EvalResult;
import dev.mojave.result.RoundedEvalResult;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.model.SavedModel;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures perplexity on a split of a run's data or of other text. */
@Command(
        name = "perplexity",
        description =
                "Measure perplexity, nats and bits per token, and bits per byte on a split of the run's data or of other text.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave eval perplexity runs/first --split val")
final class EvalPerplexityVerb implements Verb {
    @Parameters(paramLabel = "RUN", description = "A run's folder.")
    Path run = Path.of("");

    @Option(names = "--split", paramLabel = "SPLIT", description = "train, val or test; default: ${DEFAULT-VALUE}.")
    String split = "val";

    @Mixin
    private CheckpointOption checkpoint = new CheckpointOption();

    @Option(
            names = "--weights",
            paramLabel = "F",
            description =
                    "fp32; with bf16 or int8, also measure with the weights rounded to this format; default: ${DEFAULT-VALUE}.")
    String weights = WeightFormat.FP32.key();

    @Option(
            names = "--data",
            paramLabel = "SOURCE",
            description =
                    "Other text, read with the run's tokenizer: embedded, the name of an imported data set, a file or a folder;"
                            + " default: the data that the run was trained on.")
    private @Nullable String other;

    @Option(
            names = "--no-begin-token",
            description = "Do not put the begin token of an imported model's texts in front of every window.")
    private boolean noBeginToken;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        Split chosen = Split.parse(split);
        WeightFormat format = WeightFormat.parse("--weights", weights);
        boolean asJson = json.chosen(console);
        RunFolder folder = RunFolder.open(run);
        Engine.configure(EngineRequest.DEFAULT, console);
        try (SavedModel saved = SavedModel.load(folder, checkpoint.which());
                PreparedData data = PreparedData.open(other == null ? folder.data() : folder.data(other), console)) {
            if (!data.tokenizer().toJson().equals(saved.tokenizer().toJson())) {
                throw Failure.data(
                        "%s: the data is now tokenized differently from when the run was trained; evaluate with the same data and"
                                + " tokenizer",
                        run);
            }
            String trainedOn = other == null ? folder.provenance().dataSha256() : "";
            if (!trainedOn.isEmpty() && !trainedOn.equals(data.checksum())) {
                console.warn(
                        "the text has changed since the run was trained on it, so this is not the run's validation loss");
            }
            EvalWindows windows = EvalWindows.all(
                    data.split(chosen),
                    data.cut(saved.model().spec().maxPositionEmbeddings()),
                    noBeginToken ? List.of() : saved.special().begin());
            Perplexity perplexity = new Perplexity(
                    windows, data.tokenizer(), Perplexity.rows(saved.model().spec()));
            EvalResult result = measure(perplexity, saved, chosen, console);
            if (format == WeightFormat.FP32) {
                show(console, asJson, result, text(chosen, saved, result));
                return ExitCodes.OK;
            }
            saved.model().roundWeights(format);
            EvalResult rounded = measure(perplexity, saved, chosen, console);
            RoundedEvalResult change = RoundedEvalResult.of(format.key(), rounded, result);
            show(console, asJson, change, text(chosen, saved, rounded) + "\n" + text(change));
            return ExitCodes.OK;
        }
    }

    private static EvalResult measure(Perplexity perplexity, SavedModel saved, Split split, Console console) {
        console.start("evaluating " + split.key(), perplexity.windows(), "windows");
        EvalResult result = perplexity.measure(saved.model(), Context.EVALUATION, console);
        console.finish("");
        return result;
    }

    private static void show(Console console, boolean asJson, Object result, String text) {
        if (asJson) {
            console.json(result);
        } else {
            console.print(text);
        }
    }

    private static String text(RoundedEvalResult change) {
        return String.format(
                Locale.ROOT,
                """
                weights          %s; with fp32 the perplexity is %.4f
                change           %+.4f, %+.3f%%""",
                change.weights(),
                change.perplexityFp32(),
                change.perplexity() - change.perplexityFp32(),
                100 * change.perplexityChange());
    }

    private String text(Split chosen, SavedModel saved, EvalResult result) {
        return String.format(
                Locale.ROOT,
                """
                %s, step %d, %s split (%,d tokens, %,d bytes)
                perplexity       %.4f per token
                cross-entropy    %.4f nats per token
                                 %.4f bits per token
                                 %.4f bits per byte%s""",
                run,
                saved.step(),
                chosen.key(),
                result.tokens(),
                result.bytes(),
                result.perplexity(),
                result.natsPerToken(),
                result.bitsPerToken(),
                result.bitsPerByte(),
                begin(saved));
    }

    /** Returns a line that states whether windows begin with the begin token, if the model has one; transformers puts it in front. */
    private String begin(SavedModel saved) {
        List<Integer> begin = saved.special().begin();
        if (begin.isEmpty()) {
            return "";
        }
        String tokens = begin.stream().map(String::valueOf).collect(Collectors.joining(" "));
        return noBeginToken
                ? "\nwindows          begin without token " + tokens + ", although this model's texts begin with it"
                : "\nwindows          begin with token " + tokens
                        + ", like this model's texts (--no-begin-token omits it)";
    }
}
