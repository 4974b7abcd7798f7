package dev.mojave.cli.verb;

import picocli.CommandLine.Command;

/** Measures a trained model. */
@Command(
        name = "eval",
        description = "Measure a trained model.",
        subcommands = EvalPerplexityVerb.class,
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave eval perplexity runs/first")
public final class EvalVerb {}
