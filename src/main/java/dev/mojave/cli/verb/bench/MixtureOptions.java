package dev.mojave.cli.verb.bench;

import picocli.CommandLine.Option;

/** The size of the mixture to measure. */
final class MixtureOptions {
    @Option(
            names = "--experts",
            paramLabel = "E",
            description = "Number of experts; 1 is a dense model of equal active size; default: ${DEFAULT-VALUE}.")
    private int experts = 4;

    @Option(names = "--top-k", paramLabel = "K", description = "Experts per token; default: ${DEFAULT-VALUE}.")
    private int topK = 2;

    int experts() {
        return experts;
    }

    int topK() {
        return topK;
    }
}
