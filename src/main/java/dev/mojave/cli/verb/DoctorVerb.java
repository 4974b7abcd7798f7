package dev.mojave.cli.verb;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.mojave.base.Plural;
import dev.mojave.base.Units;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.TextTable;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.result.DoctorReport;
import dev.mojave.tensor.engine.Doctor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Examines the machine. */
@Command(
        name = "doctor",
        description = {
            "Examine this machine, choose BLAS, precision and threads for it, and report problems.",
            "",
            "This takes some seconds, rarely more than ten. From then on, 'auto' in a recipe means these choices."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave doctor")
public final class DoctorVerb implements Verb {
    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        DoctorReport report = Doctor.examine(console);
        if (asJson) {
            console.json(report);
        } else {
            console.print(text(report));
        }
        return ExitCodes.OK;
    }

    /** Formats the report for people. */
    static String text(DoctorReport report) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "processor",
                "%s, %s (%d physical)",
                report.cpu(),
                Plural.of(report.cores(), "core"),
                report.physicalCores());
        line(text, "", "%s", report.processor().inWords());
        line(text, "memory", "%s", Units.bytes((double) report.memoryBytes()));
        line(text, "system", "%s, Java %s", report.operatingSystem(), report.jdk());
        line(
                text,
                "libraries",
                "%s",
                report.versions().entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", ")));
        line(
                text,
                "auto means",
                "%s, %s, %s, %s kernels, malloc %s (%s)",
                report.blas(),
                report.precision(),
                Plural.of(report.threads(), "thread"),
                report.kernels(),
                report.malloc(),
                report.chosenBy());
        line(text, "ceilings", "%s", ceilings(report));
        if (!report.libraries().isEmpty()) {
            text.append('\n').append(libraries(report)).append('\n');
        }
        if (!report.abandoned().isEmpty()) {
            text.append("\nabandoned measurements\n");
            report.abandoned().forEach(line -> text.append("  ").append(line).append('\n'));
        }
        text.append('\n').append(report.problems().isEmpty() ? "no problems found" : "problems");
        for (DoctorReport.Problem problem : report.problems()) {
            text.append("\n  ").append(problem.problem()).append("\n    -> ").append(problem.remedy());
        }
        return text.toString();
    }

    private static String ceilings(DoctorReport report) {
        List<String> known = new ArrayList<>();
        ceiling(known, report.matmulFp32Gflops(), report.matmulFp32Size(), "fp32");
        ceiling(known, report.matmulBf16Gflops(), report.matmulBf16Size(), "bf16");
        Double copy = report.copyGbPerSecond();
        if (copy != null) {
            known.add(String.format(Locale.ROOT, "copy %.1f GB/s", copy));
        }
        return known.isEmpty() ? "none measured" : String.join(", ", known);
    }

    private static void ceiling(List<String> known, @Nullable Double rate, @Nullable String size, String type) {
        if (rate != null) {
            known.add(rate(rate) + " GFLOP/s " + type + (size == null ? "" : " (" + size + ")"));
        }
    }

    @FormatMethod
    private static void line(StringBuilder text, String label, @FormatString String format, Object... values) {
        text.append(String.format(Locale.ROOT, "%-11s", label))
                .append(String.format(Locale.ROOT, format, values))
                .append('\n');
    }

    private static String libraries(DoctorReport report) {
        TextTable table =
                new TextTable("GFLOP/s", "threads", "matmul fp32", "linear fp32", "attention fp32", "matmul bf16");
        for (DoctorReport.Library library : report.libraries()) {
            table.add(
                    library.blas(),
                    Integer.toString(library.threads()),
                    rate(library.matmulFp32Gflops()),
                    rate(library.linearFp32Gflops()),
                    rate(library.attentionFp32Gflops()),
                    rate(library.matmulBf16Gflops()));
        }
        return table.text();
    }

    private static String rate(@Nullable Double gflops) {
        return gflops == null ? "-" : String.format(Locale.ROOT, gflops < 10 ? "%.1f" : "%.0f", gflops);
    }
}
