package dev.mojave.report.page;

import dev.mojave.base.Check;
import dev.mojave.report.plot.Palette;
import java.util.List;
import java.util.OptionalInt;

/**
 * A table that screen readers can navigate: it has a caption, column headers and a header in each row.
 *
 * @param caption the title of the table
 * @param columns the column headers; the first is that of the row headers
 * @param rows the rows, with one cell per column
 */
public record Table(String caption, List<Column> columns, List<List<Cell>> rows) {
    /** Checks that every row has a cell for each column. */
    public Table {
        for (List<Cell> row : rows) {
            Check.that(row.size() == columns.size(), "%d cells for %d columns", row.size(), columns.size());
        }
    }

    /**
     * A column header.
     *
     * @param unit the second line, may be empty
     * @param numeric whether the column is aligned to the right
     */
    public record Column(String name, String unit, boolean numeric) {
        /** Returns the header of a text column. */
        public static Column text(String name) {
            return new Column(name, "", false);
        }

        /** Returns the header of a numeric column; the unit may be empty. */
        public static Column number(String name, String unit) {
            return new Column(name, unit, true);
        }
    }

    /**
     * One cell.
     *
     * @param note the second line, in small type, may be empty
     * @param strong whether the text is emphasised
     * @param slot the colour slot of the arm that the cell names
     */
    public record Cell(String text, String note, boolean strong, OptionalInt slot) {
        /** Returns a plain cell. */
        public static Cell of(String text) {
            return new Cell(text, "", false, OptionalInt.empty());
        }

        /** Returns a cell with a second line in small type. */
        public static Cell of(String text, String note) {
            return new Cell(text, note, false, OptionalInt.empty());
        }

        /** Returns the cell that names an arm, in the colour of its slot. */
        public static Cell arm(String name, String note, int slot) {
            return new Cell(name, note, false, OptionalInt.of(slot));
        }

        /** Returns this cell, emphasised or not. */
        public Cell strong(boolean isStrong) {
            return new Cell(text, note, isStrong, slot);
        }
    }

    /** Writes the table in a scrollable region of its own, which can be focused with the keyboard. */
    public void write(Html html) {
        html.open("div", "class", "scroller", "role", "region", "tabindex", "0", "aria-label", caption);
        html.open("table").open("caption").inline("span", caption).close("caption");
        html.open("thead").open("tr");
        for (Column column : columns) {
            html.open("th", "scope", "col", "class", column.numeric() ? "number" : "text")
                    .text(column.name());
            note(html, column.unit());
            html.end("th");
        }
        html.close("tr").close("thead").open("tbody");
        for (List<Cell> row : rows) {
            html.open("tr");
            for (int i = 0; i < row.size(); i++) {
                write(html, row.get(i), columns.get(i), i == 0 ? "th" : "td");
            }
            html.close("tr");
        }
        html.close("tbody").close("table").close("div");
    }

    private static void write(Html html, Cell cell, Column column, String tag) {
        String look = column.numeric() ? "number" : "text";
        if (tag.equals("th")) {
            html.open(tag, "scope", "row", "class", look);
        } else {
            html.open(tag, "class", look);
        }
        cell.slot().ifPresent(slot -> swatch(html, slot));
        html.inline(cell.strong() ? "strong" : "span", cell.text(), "class", "value");
        note(html, cell.note());
        html.end(tag);
    }

    private static void note(Html html, String text) {
        if (!text.isEmpty()) {
            html.inline("small", text);
        }
    }

    /** Writes the coloured marker of an arm. */
    public static void swatch(Html html, int slot) {
        html.inline("span", "", "class", "swatch slot-" + Palette.index(slot), "aria-hidden", "true");
    }
}
