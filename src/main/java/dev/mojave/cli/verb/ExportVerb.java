package dev.mojave.cli.verb;

import dev.mojave.base.Failure;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.CheckpointOption;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.interop.ModelWriter;
import dev.mojave.interop.gguf.GgufType;
import dev.mojave.result.ExportResult;
import dev.mojave.run.model.ExportedModel;
import dev.mojave.run.model.GgufExport;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a model for other programs. */
@Command(
        name = "export",
        description = {
            "Write a run's model as a folder for other programs: config, weights in safetensors, tokenizer, model card.",
            "",
            "hf: a folder that transformers loads with equal logits; models that none of its architectures can compute are rejected with the"
                    + " reason. mojave: a folder in Mojave's own format, for any model. 'mojave import' reads both.",
            "gguf: one file for llama.cpp, DIR/model.gguf or DIR itself if it ends in .gguf; for models with the architecture of LLaMA,"
                    + " Mistral, Mixtral, Qwen2 or Qwen3 and a byte-level tokenizer."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave export runs/first first-for-transformers --license cc-by-4.0")
public final class ExportVerb implements Verb {
    @Parameters(index = "0", paramLabel = "RUN", description = "A run's folder, or a Hugging Face folder.")
    private Path run = Path.of("");

    @Parameters(index = "1", paramLabel = "DIR", description = "The folder to write; it must be empty or not exist.")
    private Path target = Path.of("");

    @Option(names = "--format", paramLabel = "FORMAT", description = "hf, mojave or gguf; default: ${DEFAULT-VALUE}.")
    private String format = "hf";

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Number format of a GGUF file: f32, f16 or q8_0; default: ${DEFAULT-VALUE}.")
    private String type = "f16";

    @Mixin
    private CheckpointOption checkpoint = new CheckpointOption();

    @Option(
            names = "--license",
            paramLabel = "ID",
            description = "Licence of the weights, for the model card; default: ${DEFAULT-VALUE}.")
    private String license = "unknown";

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        ExportResult result = switch (format) {
            case "hf" -> folder(ModelWriter.Format.HF);
            case "mojave" -> folder(ModelWriter.Format.MOJAVE);
            case "gguf" -> GgufExport.write(run, target, checkpoint.which(), type());
            default -> throw Failure.usage("--format: '%s' is not hf, mojave or gguf", format);
        };
        result.warnings().forEach(console::warn);
        if (asJson) {
            console.json(result);
        } else {
            console.print(String.format(
                    Locale.ROOT,
                    "%s: %s, %,d parameters%s",
                    result.path(),
                    result.modelType(),
                    result.parametersTotal(),
                    format.equals("gguf") ? "" : "; read its README.md before sharing it"));
        }
        return ExitCodes.OK;
    }

    private ExportResult folder(ModelWriter.Format chosen) {
        return ExportedModel.write(run, target, new ExportedModel.Options(checkpoint.which(), chosen, license));
    }

    private GgufType type() {
        for (GgufType known : GgufType.values()) {
            if (known.name().equalsIgnoreCase(type)) {
                return known;
            }
        }
        throw Failure.usage("--type: '%s' is not f32, f16 or q8_0", type);
    }
}
