package dev.mojave.cli.verb.bench;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.lab.bench.TrainBench;
import dev.mojave.lab.bench.Workload;
import dev.mojave.result.bench.BenchResult;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of verbs that measure one workload. */
final class MeasureOptions {
    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Measured steps after the warm-up; the median is reported; default: ${DEFAULT-VALUE}.")
    private int steps;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    MeasureOptions(int steps) {
        this.steps = steps;
    }

    /** Measures the workload, prints the result and returns the exit code. */
    int run(Workload workload, Console console) {
        boolean asJson = json.chosen(console);
        EngineChoice choice = Engine.configure(engine.request(), console);
        BenchResult result = TrainBench.run(workload, steps, choice, console);
        if (asJson) {
            console.json(result);
        } else {
            console.print(BenchText.of(result, choice));
        }
        return ExitCodes.OK;
    }
}
