package dev.mojave.cli.verb.bench;

import dev.mojave.base.Plural;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.TextTable;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.lab.bench.KernelBench;
import dev.mojave.lab.bench.Shape;
import dev.mojave.result.bench.KernelSpeeds;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the machine's ceilings, and every kernel alongside its reference implementation. */
@Command(
        name = "kernels",
        description =
                "Measure this machine's ceilings, and each fused kernel of one layer alongside its reference implementation in libtorch operations.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave bench kernels --shape 1,4,128,64,256 --batch 12")
final class BenchKernelsVerb implements Verb {
    @Mixin
    private ShapeOption shape = new ShapeOption("1,6,384,256,16384");

    @Option(names = "--batch", paramLabel = "N", description = "Sequences; default: ${DEFAULT-VALUE}.")
    private int batch = 8;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Measured rounds after the warm-up; the median is reported; default: ${DEFAULT-VALUE}.")
    private int steps = 10;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        Shape parsed = shape.shape();
        boolean asJson = json.chosen(console);
        EngineChoice choice = Engine.configure(engine.request(), console);
        KernelSpeeds speeds = KernelBench.run(parsed, batch, steps, choice, console);
        if (asJson) {
            console.json(speeds);
        } else {
            console.print(text(speeds));
        }
        return ExitCodes.OK;
    }

    private static String text(KernelSpeeds speeds) {
        TextTable table = new TextTable("kernel", "ms", "share of ceiling", "ceiling", "reference ms", "speed-up");
        for (KernelSpeeds.Kernel kernel : speeds.kernels()) {
            table.add(
                    kernel.name(),
                    String.format(Locale.ROOT, "%.2f", kernel.seconds() * 1e3),
                    String.format(Locale.ROOT, "%.0f%%", kernel.shareOfCeiling() * 100),
                    kernel.bound(),
                    String.format(Locale.ROOT, "%.2f", kernel.twinSeconds() * 1e3),
                    String.format(Locale.ROOT, "%.2f", kernel.twinSeconds() / kernel.seconds()));
        }
        return String.format(
                Locale.ROOT,
                "%s; %s, %s%nceilings  matrix products %s in float32, %s in bfloat16; copying %.1f GB/s, reading"
                        + " %.1f GB/s%n%s",
                speeds.work(),
                speeds.blas(),
                Plural.of(speeds.threads(), "thread"),
                ceiling(speeds.matmulFp32Gflops(), speeds.matmulFp32Size(), null),
                ceiling(speeds.matmulBf16Gflops(), speeds.matmulBf16Size(), speeds.matmulBf16Abandoned()),
                speeds.copyBytesPerSecond() / 1e9,
                speeds.readBytesPerSecond() / 1e9,
                table.text());
    }

    private static String ceiling(@Nullable Double gflops, @Nullable String size, @Nullable String abandoned) {
        return gflops == null
                ? "none (" + (abandoned == null ? "not measured" : abandoned) + ")"
                : String.format(Locale.ROOT, "%.0f GFLOP/s (%s)", gflops, size);
    }
}
