package dev.mojave.cli.verb;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.TextTable;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.lab.parity.Parity;
import dev.mojave.result.TensorParity;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Compares a model with reference values in the same folder. */
@Command(
        name = "parity",
        description = {
            "Compare a model with reference values, tensor by tensor: outputs, losses, router logits, gradients.",
            "",
            "DIR contains config.json, model.safetensors or weights.safetensors, and io.safetensors with ids (B, T) and any of logits, hidden.I,"
                    + " ce_loss, aux_loss, loss, router_logits.I, grad.TENSOR, and padded_... for a padded batch. tolerance.json overrides"
                    + " the absolute tolerances: logits and hidden 3e-5, router_logits 1e-5, losses and grad 5e-6."
                    + " The exit code is 1 if a tensor does not pass. tools/reference/parity_folder.py creates such folders."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave parity src/test/resources/golden/llama")
public final class ParityVerb implements Verb {
    private static final int DIFFERS = 1;

    @Parameters(paramLabel = "DIR", description = "A folder with a model and its reference values.")
    private Path folder = Path.of("");

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        Engine.configure(EngineRequest.DEFAULT, console);
        Parity.Report report = Parity.of(folder);
        if (!report.ignored().isEmpty()) {
            console.warn(
                    "not compared, because the model has nothing of this name: " + String.join(", ", report.ignored()));
        }
        if (asJson) {
            console.json(report.tensors());
        } else {
            console.print(table(report));
        }
        return report.passes() ? ExitCodes.OK : DIFFERS;
    }

    private static String table(Parity.Report report) {
        TextTable table = new TextTable("tensor", "max abs", "max rel", "tolerance", "result");
        for (TensorParity tensor : report.tensors()) {
            table.add(
                    tensor.tensor(),
                    number(tensor.maxAbs()),
                    number(tensor.maxRel()),
                    number(tensor.tolerance()),
                    tensor.pass() ? "pass" : "FAIL");
        }
        long failed = report.tensors().stream().filter(tensor -> !tensor.pass()).count();
        return table.text() + "\n"
                + (failed == 0
                        ? "all " + report.tensors().size() + " tensors pass"
                        : failed + " of " + report.tensors().size() + " tensors exceed their tolerances");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2e", value);
    }
}
