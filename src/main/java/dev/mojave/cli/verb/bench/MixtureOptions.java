package dev.mojave.cli.verb.bench;

import picocli.CommandLine.Option;

/** The mixture that is measured. */
final class MixtureOptions {
    @Option(
            names = "--experts",
            paramLabel = "E",
            description = "Experts; 1 is the dense model with as many active parameters; default: ${DEFAULT-VALUE}.")
    private int experts = 4;

    @Option(names = "--top-k", paramLabel = "K", description = "Experts a token; default: ${DEFAULT-VALUE}.")
    private int topK = 2;

    int experts() {
        return experts;
    }

    int topK() {
        return topK;
    }
}
