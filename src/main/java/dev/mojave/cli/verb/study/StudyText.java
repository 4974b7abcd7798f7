package dev.mojave.cli.verb.study;

import dev.mojave.base.Plural;
import dev.mojave.base.Units;
import dev.mojave.base.process.ShellWord;
import dev.mojave.cli.console.TextTable;
import dev.mojave.lab.study.StudyResults;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.StudyResult;
import dev.mojave.result.study.Summary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Formats the output of a finished study: samples, table, verdict, notes, the path of the report and what to try next. */
final class StudyText {
    private static final int WIDTH = 110;
    private static final int SAMPLE = 180;

    private final StudyResult result;
    private final Path folder;
    private final Optional<Path> report;

    StudyText(StudyResults.Output output, Path folder, Optional<Path> report) {
        this.result = output.result();
        this.folder = folder;
        this.report = report;
    }

    String text() {
        List<String> lines = new ArrayList<>();
        samples(lines);
        table(lines);
        comparisons(lines);
        lines.add("");
        String headline = result.headline();
        if (headline != null && !headline.equals(result.verdict())) {
            lines.add(wrap(headline, ""));
            lines.add("");
        }
        lines.add(wrap(result.verdict(), ""));
        lines.add("");
        result.notes().forEach(note -> lines.add(wrap(note, "  ")));
        next(lines);
        return String.join("\n", lines);
    }

    private void samples(List<String> lines) {
        for (ArmResult arm : result.arms()) {
            if (!arm.samples().isEmpty()) {
                String text = arm.samples().getFirst().strip().replaceAll("\\s+", " ");
                String shown = text.length() > SAMPLE ? text.substring(0, SAMPLE) + "…" : text;
                lines.add(wrap(arm.name() + " writes: " + shown, "  "));
            }
        }
    }

    private void table(List<String> lines) {
        String mark = result.besideOthers() ? "*" : "";
        TextTable table = new TextTable(
                "arm",
                "active",
                "total",
                "validation loss",
                "share of unigram",
                "tokens/s" + mark,
                "generated/s" + mark,
                "time" + mark,
                "memory");
        for (ArmResult arm : result.arms()) {
            table.add(
                    arm.name(),
                    Units.count((double) arm.activeWithoutEmbeddings()),
                    Units.count((double) arm.parametersWithoutEmbeddings()),
                    loss(arm.valLoss()),
                    String.format(Locale.ROOT, "%.0f%%", 100 * arm.valLoss().mean() / result.unigramEntropy()),
                    Units.count(arm.tokensPerSecond()),
                    Units.count(arm.generateTokensPerSecond()),
                    Units.seconds(arm.wallSeconds()),
                    Units.bytes((double) arm.peakMemoryBytes()));
        }
        lines.add("");
        lines.add(table.text());
        lines.add(wrap(
                String.format(
                        Locale.ROOT,
                        "Parameters without embeddings and head; loss in nats per token, mean ± standard deviation over seeds,"
                                + " and as a share of the unigram entropy (%.4f nats); speed and time of one trial, medians%s.",
                        result.unigramEntropy(),
                        result.besideOthers() ? " (* " + result.besideOthersInWords() + ")" : ""),
                ""));
    }

    private static String loss(Summary loss) {
        return loss.values().size() == 1
                ? String.format(Locale.ROOT, "%.4f", loss.mean())
                : String.format(Locale.ROOT, "%.4f ± %.4f", loss.mean(), loss.sd());
    }

    private void comparisons(List<String> lines) {
        lines.add("");
        for (Comparison comparison : result.comparisons()) {
            Double low = comparison.ciLow();
            Double high = comparison.ciHigh();
            lines.add(String.format(
                    Locale.ROOT,
                    "%s minus %s: %+.4f nats per token, %s",
                    comparison.a(),
                    comparison.b(),
                    comparison.difference(),
                    low == null || high == null
                            ? "no interval (one seed)"
                            : String.format(
                                    Locale.ROOT,
                                    "%.0f%% interval %+.4f to %+.4f, %s",
                                    100 * comparison.level(),
                                    low,
                                    high,
                                    Plural.of(comparison.n(), "seed"))));
        }
    }

    private void next(List<String> lines) {
        lines.add("");
        report.ifPresent(path -> lines.add("Report:  " + path));
        lines.add("Results: " + folder.resolve("results.json"));
        lines.add("");
        lines.add("Next:");
        String trial = result.arms().isEmpty()
                ? ""
                : folder.resolve("trials").resolve(result.arms().getFirst().name()) + "/seed-"
                        + result.provenance().seeds().getFirst();
        if (!trial.isEmpty()) {
            lines.add("  ./mojave generate " + ShellWord.of(Path.of(trial)) + " --prompt 'a small'");
        }
        lines.add("  ./mojave study recipes/quickstart.yaml --set budget.tokens=5M --name longer");
    }

    /** Breaks a paragraph into lines and indents all but the first. */
    static String wrap(String text, String indent) {
        StringBuilder wrapped = new StringBuilder();
        int column = 0;
        for (String word : text.split(" ", -1)) {
            if (column > 0 && column + 1 + word.length() > WIDTH) {
                wrapped.append('\n').append(indent);
                column = indent.length();
            } else if (column > 0) {
                wrapped.append(' ');
                column++;
            }
            wrapped.append(word);
            column += word.length();
        }
        return wrapped.toString();
    }
}
