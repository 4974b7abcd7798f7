package dev.mojave.cli.console;

import dev.mojave.base.Check;
import java.util.ArrayList;
import java.util.List;

/** A table for terminals: columns are as wide as their longest cell, and numbers are right-aligned. */
public final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();

    /** Creates a table with the given headings. */
    public TextTable(String... headings) {
        rows.add(List.of(headings));
    }

    /** Adds a row with as many cells as there are headings. */
    public void add(String... cells) {
        Check.that(
                cells.length == rows.getFirst().size(),
                "a row of %d cells in a table of %d columns",
                cells.length,
                rows.getFirst().size());
        rows.add(List.of(cells));
    }

    /** Returns the lines, without a line break after the last one. */
    public String text() {
        int columns = rows.getFirst().size();
        int[] width = new int[columns];
        boolean[] number = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            int at = column;
            width[column] =
                    rows.stream().mapToInt(row -> row.get(at).length()).max().orElse(0);
            number[column] = rows.size() > 1 && rows.stream().skip(1).allMatch(row -> isNumber(row.get(at)));
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                String cell = row.get(column);
                String gap = " ".repeat(width[column] - cell.length());
                line.append(column == 0 ? "" : "  ").append(number[column] ? gap + cell : cell + gap);
            }
            lines.add(line.toString().stripTrailing());
        }
        return String.join("\n", lines);
    }

    private static boolean isNumber(String cell) {
        return cell.isEmpty() || cell.equals("-") || Character.isDigit(cell.charAt(0)) || cell.matches("[-+]\\d.*");
    }
}
