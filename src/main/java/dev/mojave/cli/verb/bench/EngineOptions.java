package dev.mojave.cli.verb.bench;

import dev.mojave.base.Failure;
import dev.mojave.tensor.engine.choice.EngineRequest;
import picocli.CommandLine.Option;

/** What a benchmark asks of the engine. */
final class EngineOptions {
    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "auto, fp32 or bf16-mixed; default: ${DEFAULT-VALUE}.")
    private String precision = EngineRequest.AUTO;

    @Option(names = "--blas", paramLabel = "B", description = "auto, mkl or openblas; default: ${DEFAULT-VALUE}.")
    private String blas = EngineRequest.AUTO;

    @Option(names = "--threads", paramLabel = "N", description = "auto or a count; default: ${DEFAULT-VALUE}.")
    private String threads = EngineRequest.AUTO;

    @Option(names = "--kernels", paramLabel = "K", description = "auto, fused or plain; default: ${DEFAULT-VALUE}.")
    private String kernels = EngineRequest.AUTO;

    EngineRequest request() {
        try {
            return new EngineRequest(EngineRequest.AUTO, precision, blas, threads, kernels);
        } catch (IllegalArgumentException e) {
            // It speaks of the recipe's keys, engine.kernels; here a flag was typed.
            throw Failure.usage("%s", String.valueOf(e.getMessage()).replaceFirst("^engine\\.", "--"));
        }
    }
}
