package dev.mojave.cli.verb.study;

import dev.mojave.base.Units;
import dev.mojave.cli.console.TextTable;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.MapCell;
import dev.mojave.result.study.MapResult;
import dev.mojave.result.study.Turn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Formats the results of a map for the terminal: every cell, the turning points, the notes and the path of the report. */
final class MapText {
    private final MapResult result;
    private final Path folder;
    private final Optional<Path> report;

    MapText(MapResult result, Path folder, Optional<Path> report) {
        this.result = result;
        this.folder = folder;
        this.report = report;
    }

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(table());
        lines.add(StudyText.wrap(
                "Differences in validation loss, nats per token, with 95% intervals paired over seeds; positive: the second arm is"
                        + " better. p is corrected for all comparisons of the map (Holm).",
                ""));
        lines.add("");
        lines.add(StudyText.wrap(result.headline(), ""));
        result.turns().forEach(turn -> lines.add(StudyText.wrap("- " + turn(turn), "  ")));
        lines.add("");
        result.notes().forEach(note -> lines.add(StudyText.wrap(note, "  ")));
        lines.add("");
        report.ifPresent(path -> lines.add("Report:  " + path));
        lines.add("Results: " + folder.resolve("results.json"));
        return String.join("\n", lines);
    }

    private static String turn(Turn turn) {
        String at = turn.at().entrySet().stream()
                .map(value -> value.getKey() + "=" + value.getValue())
                .collect(Collectors.joining(", "));
        return turn.a() + " minus " + turn.b() + (at.isEmpty() ? "" : " at " + at) + ": " + turn.words();
    }

    private String table() {
        List<String> heads = new ArrayList<>();
        result.axes().forEach(axis -> heads.add(axis.key()));
        heads.addAll(List.of("comparison", "difference", "interval", "p"));
        TextTable table = new TextTable(heads.toArray(String[]::new));
        for (MapCell cell : result.cells()) {
            for (Comparison comparison : cell.comparisons()) {
                List<String> row = new ArrayList<>();
                result.axes().forEach(axis -> row.add(value(cell, axis.key())));
                row.add(comparison.a() + " minus " + comparison.b());
                row.add(String.format(Locale.ROOT, "%+.4f", comparison.difference()));
                Double low = comparison.ciLow();
                Double high = comparison.ciHigh();
                row.add(low == null || high == null ? "-" : String.format(Locale.ROOT, "%+.4f to %+.4f", low, high));
                Double p = comparison.holm();
                row.add(p == null ? "-" : p < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", p));
                table.add(row.toArray(String[]::new));
            }
        }
        return table.text();
    }

    private static String value(MapCell cell, String key) {
        String value = cell.values().getOrDefault(key, "");
        return key.equals(MapResult.TOKENS) ? Units.shortCount(Double.parseDouble(value)) : value;
    }
}
