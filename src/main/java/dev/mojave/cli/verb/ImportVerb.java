package dev.mojave.cli.verb;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ShellWord;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.options.OutputOption;
import dev.mojave.interop.ModelFolder;
import dev.mojave.model.ModelCounts;
import dev.mojave.result.ImportResult;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.model.ImportedRun;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Imports a model from a folder written by transformers or {@code mojave export}. */
@Command(
        name = "import",
        description = {
            "Import a model as a run, from a Hugging Face folder or from one that 'mojave export' wrote.",
            "",
            "Architectures: gpt2, llama, mistral, qwen2, qwen3, mixtral, olmoe, qwen2_moe, qwen3_moe, with full attention or with the same"
                    + " sliding window in every layer. Weights must be in safetensors format, in one file or in shards; pickle files"
                    + " are rejected. Logits equal those of transformers up to rounding ('mojave parity' compares them)."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave import src/test/resources/golden/llama --name tiny-llama --overwrite")
public final class ImportVerb implements Verb {
    @Parameters(paramLabel = "DIR", description = "A folder with config.json and model.safetensors.")
    private Path folder = Path.of("");

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the run; default: the folder's name.")
    private @Nullable String name;

    @Option(names = "--overwrite", description = "Replace a run of this name.")
    private boolean overwrite;

    @Option(
            names = "--tokenizer",
            paramLabel = "TOKENIZER",
            description =
                    "byte, gpt2, a tokenizer.json, or a folder with one (such as a run's) or with vocab.json and merges.txt;"
                            + " default: the tokenizer in DIR.")
    private @Nullable String tokenizer;

    @Mixin
    private OutputOption output = new OutputOption();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        try (ModelFolder source = ModelFolder.open(folder)) {
            source.warnings().forEach(console::warn);
            EngineChoice engine = Engine.configure(EngineRequest.DEFAULT, console);
            String chosen = name == null ? defaultName() : name;
            String tokens = tokenizer == null ? "" : " --tokenizer " + ShellWord.of(tokenizer);
            ImportedRun.Options options = new ImportedRun.Options(
                    output.folder(),
                    chosen,
                    overwrite,
                    Optional.ofNullable(tokenizer),
                    "mojave import " + ShellWord.of(folder) + " --name " + ShellWord.of(chosen) + tokens);
            RunFolder run = ImportedRun.make(source, engine, options);
            List<String> ofTokens = ImportedRun.warnings(source, run, options);
            ofTokens.forEach(console::warn);
            ImportResult result = result(source, run, ofTokens);
            if (asJson) {
                console.json(result);
            } else {
                report(console, result);
            }
        }
        return ExitCodes.OK;
    }

    private static ImportResult result(ModelFolder source, RunFolder run, List<String> ofTokens) {
        ModelCounts counts = source.spec().counts();
        return new ImportResult(
                run.path().toString(),
                source.config().path("model_type").asString(""),
                source.spec().describe(),
                counts.total(),
                counts.active(),
                Files.exists(run.path().resolve("tokenizer.json")),
                Stream.concat(source.warnings().stream(), ofTokens.stream()).toList());
    }

    private static void report(Console console, ImportResult result) {
        console.print(String.format(
                Locale.ROOT,
                "%s: %s, %s, %,d parameters",
                result.path(),
                result.modelType(),
                result.description(),
                result.parametersTotal()));
        if (result.tokenizer()) {
            console.print("Next: ./mojave generate " + ShellWord.of(Path.of(result.path())) + " --prompt \"...\"");
        } else {
            console.warn(
                    "the folder has no tokenizer.json, so the run cannot read or write text; import it again with --tokenizer");
        }
    }

    private String defaultName() {
        Path last = folder.toAbsolutePath().normalize().getFileName();
        String cleaned =
                String.valueOf(last).replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+|\\.+$", "");
        if (cleaned.isEmpty()) {
            throw Failure.usage("no name can be derived from %s; choose one with --name", folder);
        }
        return cleaned;
    }
}
