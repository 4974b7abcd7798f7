package dev.mojave.report;

import dev.mojave.report.page.Table;
import dev.mojave.report.page.Table.Cell;
import dev.mojave.report.page.Table.Column;
import dev.mojave.report.plot.Numbers;
import dev.mojave.result.study.TunedArm;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The settings that tuning tried for each arm, and those that it chose. */
final class TuningTable {
    private TuningTable() {}

    /** Returns the table, with one row per arm (and size) and setting. */
    static Table of(List<TunedArm> tuned) {
        TunedArm first = tuned.getFirst();
        Set<String> sizes = first.at().keySet();
        Set<String> keys = first.settings().getFirst().values().keySet();
        List<Column> columns = new ArrayList<>(List.of(Column.text("Arm")));
        sizes.forEach(key -> columns.add(Column.number(key, "")));
        keys.forEach(key -> columns.add(Column.number(key, "")));
        columns.add(Column.number("Validation loss", "nats per token"));
        columns.add(Column.text("Outcome"));
        List<List<Cell>> rows = new ArrayList<>();
        for (TunedArm arm : tuned) {
            for (TunedArm.Setting setting : arm.settings()) {
                boolean chosen = setting.name().equals(arm.chosen());
                List<Cell> row = new ArrayList<>(List.of(Cell.of(arm.arm())));
                sizes.forEach(key -> row.add(Cell.of(arm.at().getOrDefault(key, ""))));
                keys.forEach(key -> row.add(Cell.of(setting.values().getOrDefault(key, Numbers.NONE))));
                row.add(Cell.of(setting.valLoss() == null ? Numbers.NONE : Numbers.summary(setting.valLoss()))
                        .strong(chosen));
                row.add(Cell.of(outcome(arm, setting, chosen)).strong(chosen));
                rows.add(row);
            }
        }
        return new Table(
                "Settings tried with " + Numbers.count(first.tokens()) + " training tokens on seeds "
                        + first.seeds().stream()
                                .map(String::valueOf)
                                .reduce((a, b) -> a + ", " + b)
                                .orElse("")
                        + ", which the comparison does not use",
                columns,
                rows);
    }

    private static String outcome(TunedArm arm, TunedArm.Setting setting, boolean chosen) {
        if (setting.failed() != null) {
            return setting.failed();
        }
        return chosen ? arm.edges().isEmpty() ? "chosen" : "chosen, at the edge of what was tried" : "";
    }
}
