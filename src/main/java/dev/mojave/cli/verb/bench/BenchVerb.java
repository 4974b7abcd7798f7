package dev.mojave.cli.verb.bench;

import dev.mojave.cli.verb.Verb;
import picocli.CommandLine.Command;

/** Measures speed. */
@Command(
        name = "bench",
        description = "Measure speed and compare it with this machine's ceiling.",
        subcommands = {
            BenchTrainVerb.class,
            BenchMoeVerb.class,
            BenchDecodeVerb.class,
            BenchScoreVerb.class,
            BenchKernelsVerb.class,
            BenchCompareVerb.class
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave bench train --shape 4,4,128,64,65 --batch 12")
public final class BenchVerb {}
