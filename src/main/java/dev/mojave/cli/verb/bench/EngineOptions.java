package dev.mojave.cli.verb.bench;

import dev.mojave.base.Failure;
import dev.mojave.tensor.engine.choice.EngineRequest;
import picocli.CommandLine.Option;

/** The engine options of a benchmark. */
final class EngineOptions {
    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "auto, fp32 or bf16-mixed; default: ${DEFAULT-VALUE}.")
    private String precision = EngineRequest.AUTO;

    @Option(names = "--blas", paramLabel = "B", description = "auto, mkl or openblas; default: ${DEFAULT-VALUE}.")
    private String blas = EngineRequest.AUTO;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "auto or a number of threads; default: ${DEFAULT-VALUE}.")
    private String threads = EngineRequest.AUTO;

    @Option(names = "--kernels", paramLabel = "K", description = "auto, fused or plain; default: ${DEFAULT-VALUE}.")
    private String kernels = EngineRequest.AUTO;

    EngineRequest request() {
        try {
            return new EngineRequest(EngineRequest.AUTO, precision, blas, threads, kernels);
        } catch (IllegalArgumentException e) {
            // The message names a key of a recipe such as engine.kernels; here, a flag was typed.
            throw Failure.usage("%s", String.valueOf(e.getMessage()).replaceFirst("^engine\\.", "--"));
        }
    }
}
