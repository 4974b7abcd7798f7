package dev.mojave.cli;

import dev.mojave.base.Units;
import dev.mojave.lab.bench.Shape;
import dev.mojave.lab.bench.TrainBench;
import dev.mojave.result.BenchResult;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.EngineChoice;
import dev.mojave.tensor.engine.EngineRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures training steps of a GPT-2-shaped model. */
@Command(
        name = "train",
        description = "Speed of training a GPT-2-shaped model, and its share of the matrix-product ceiling.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave bench train --shape 4,4,128,64,65 --batch 12")
final class BenchTrainVerb implements Verb {
    @Option(
            names = "--shape",
            paramLabel = "L,H,D,T,V",
            description = "Layers, heads, hidden size, context, vocabulary; default: ${DEFAULT-VALUE}.")
    String shape = "6,6,384,256,65";

    @Option(names = "--batch", paramLabel = "N", description = "Sequences in a step; default: ${DEFAULT-VALUE}.")
    int batch = 32;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Measured steps after the warm-up, of which the median counts; default: ${DEFAULT-VALUE}.")
    int steps = 10;

    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "auto, fp32 or bf16-mixed; default: ${DEFAULT-VALUE}.")
    String precision = EngineRequest.AUTO;

    @Option(names = "--blas", paramLabel = "B", description = "auto, mkl or openblas; default: ${DEFAULT-VALUE}.")
    String blas = EngineRequest.AUTO;

    @Option(names = "--threads", paramLabel = "N", description = "auto or a count; default: ${DEFAULT-VALUE}.")
    String threads = EngineRequest.AUTO;

    @Option(names = "--kernels", paramLabel = "K", description = "auto, fused or plain; default: ${DEFAULT-VALUE}.")
    String kernels = EngineRequest.AUTO;

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Override
    public int run(Console console) {
        TrainBench.Spec spec = new TrainBench.Spec(Shape.parse(shape), batch, steps);
        EngineChoice engine =
                Engine.configure(new EngineRequest(EngineRequest.AUTO, precision, blas, threads, kernels), console);
        BenchResult result = TrainBench.run(spec, engine, console);
        if (json) {
            console.json(result);
        } else {
            console.print(text(result, engine));
        }
        return ExitCodes.OK;
    }

    private static String text(BenchResult result, EngineChoice engine) {
        return """
                %s
                engine            %s, %s, %d threads, %s kernels
                step              %.1f ms
                tokens a second   %,.0f
                matrix products   %.0f GFLOP/s, %.0f%% of the ceiling measured beside it
                peak memory       %s""".formatted(
                        result.work(),
                        engine.precision(),
                        engine.blas(),
                        engine.threads(),
                        engine.kernels(),
                        result.stepSeconds() * 1e3,
                        result.tokensPerSecond(),
                        result.gflops(),
                        result.shareOfCeiling() * 100,
                        Units.bytes((double) result.peakMemoryBytes()));
    }
}
