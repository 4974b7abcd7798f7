package dev.mojave.cli;

import dev.mojave.lab.bench.TrainBench;
import dev.mojave.lab.bench.Workload;
import dev.mojave.result.BenchResult;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.EngineChoice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures training steps of a GPT-2-shaped model. */
@Command(
        name = "train",
        description = "Speed of training a GPT-2-shaped model, and its share of the matrix-product ceiling.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave bench train --shape 4,4,128,64,65 --batch 12")
final class BenchTrainVerb implements Verb {
    @Mixin
    private ShapeOptions model = new ShapeOptions();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Measured steps after the warm-up, of which the median counts; default: ${DEFAULT-VALUE}.")
    private int steps = 10;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        return BenchTrainVerb.measure(Workload.dense(model.shape(), model.batch()), steps, engine, json, console);
    }

    static int measure(Workload workload, int steps, EngineOptions engine, JsonOption json, Console console) {
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
