package dev.mojave.cli.verb.study;

import dev.mojave.base.Units;
import dev.mojave.base.process.ShellWord;
import dev.mojave.cli.console.TextTable;
import dev.mojave.result.study.Summary;
import dev.mojave.result.study.SweepPoint;
import dev.mojave.result.study.SweepResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Formats the output of a finished sweep: ranking, effects, notes, the path of the report and what to do with the best point. */
final class SweepText {
    /** The most points in the table; the report has all of them. */
    private static final int SHOWN = 15;

    private final SweepResult result;
    private final Path folder;
    private final Optional<Path> winner;
    private final Optional<Path> report;

    SweepText(SweepResult result, Path folder, Optional<Path> winner, Optional<Path> report) {
        this.result = result;
        this.folder = folder;
        this.winner = winner;
        this.report = report;
    }

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        ranking(lines);
        effects(lines);
        lines.add("");
        lines.add(StudyText.wrap(result.headline(), ""));
        lines.add("");
        result.notes().forEach(note -> lines.add(StudyText.wrap(note, "  ")));
        result.caveats()
                .forEach((point, caveats) ->
                        caveats.forEach(caveat -> lines.add(StudyText.wrap(point + ": " + caveat, "  "))));
        next(lines);
        return String.join("\n", lines);
    }

    private void ranking(List<String> lines) {
        boolean halving = result.halving() != null;
        String mark = result.besideOthers() ? "*" : "";
        List<String> heads = new ArrayList<>(List.of("rank", "point"));
        heads.addAll(result.keys().stream().map(SweepResult.Key::name).toList());
        heads.addAll(List.of("validation loss", "minus the best", "Holm's p", "time" + mark));
        if (halving) {
            heads.add(2, "tokens");
        }
        TextTable table = new TextTable(heads.toArray(String[]::new));
        for (SweepPoint point : result.points().stream().limit(SHOWN).toList()) {
            List<String> cells = new ArrayList<>();
            cells.add(point.rank() == null ? "-" : point.rank().toString());
            cells.add(point.name());
            if (halving) {
                cells.add(Units.count((double) point.tokens()));
            }
            result.keys().forEach(key -> cells.add(point.values().getOrDefault(key.key(), "")));
            cells.add(loss(point.valLoss()));
            cells.add(difference(point));
            cells.add(corrected(point));
            cells.add(Units.seconds(point.wallSeconds()));
            table.add(cells.toArray(String[]::new));
        }
        lines.add(table.text());
        int more = result.points().size() - SHOWN;
        if (more > 0) {
            lines.add("and " + more + " more, in the report");
        }
        lines.add(StudyText.wrap(
                "Loss in nats per token" + (result.seeds() > 1 ? ", mean ± standard deviation over seeds" : "")
                        + "; differences with 95% intervals paired over seeds; time of one trial, the median"
                        + (result.besideOthers() ? " (* with concurrent trials)" : "") + ".",
                ""));
    }

    private static String loss(Summary loss) {
        return loss.values().size() == 1
                ? String.format(Locale.ROOT, "%.4f", loss.mean())
                : String.format(Locale.ROOT, "%.4f ± %.4f", loss.mean(), loss.sd());
    }

    private static String difference(SweepPoint point) {
        SweepPoint.Difference difference = point.againstBest();
        if (difference == null) {
            return Integer.valueOf(1).equals(point.rank()) ? "best" : "-";
        }
        Double low = difference.ciLow();
        Double high = difference.ciHigh();
        return low == null || high == null
                ? String.format(Locale.ROOT, "%+.4f", difference.mean())
                : String.format(Locale.ROOT, "%+.4f (%+.4f to %+.4f)", difference.mean(), low, high);
    }

    private static String corrected(SweepPoint point) {
        SweepPoint.Difference difference = point.againstBest();
        Double holm = difference == null ? null : difference.holm();
        return holm == null ? "-" : holm < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", holm);
    }

    /** Adds the main effect of each key: the difference between its best and its worst value. */
    private void effects(List<String> lines) {
        if (result.keys().size() < 2 || result.effects().isEmpty()) {
            return;
        }
        lines.add("");
        TextTable table = new TextTable("key", "best value", "worst value", "difference");
        for (SweepResult.Key key : result.keys()) {
            List<SweepResult.Effect> own = result.effects().stream()
                    .filter(effect -> effect.key().equals(key.key()))
                    .sorted(Comparator.comparingDouble(SweepResult.Effect::loss))
                    .toList();
            if (own.size() > 1) {
                table.add(
                        key.key(),
                        own.getFirst().value(),
                        own.getLast().value(),
                        String.format(
                                Locale.ROOT,
                                "%.4f",
                                own.getLast().loss() - own.getFirst().loss()));
            }
        }
        lines.add(table.text());
        lines.add("Differences between the means over all points with each value, in nats per token.");
    }

    private void next(List<String> lines) {
        lines.add("");
        report.ifPresent(path -> lines.add("Report:  " + path));
        lines.add("Results: " + folder.resolve("results.json"));
        winner.ifPresent(file -> {
            lines.add("Winner:  " + file);
            lines.add("");
            lines.add("Next:");
            lines.add("  ./mojave train " + ShellWord.of(file));
        });
    }
}
