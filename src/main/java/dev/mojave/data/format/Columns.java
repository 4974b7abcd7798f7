package dev.mojave.data.format;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.data.source.ReadOptions;
import dev.mojave.data.source.SourceFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The columns of a table that are read.
 *
 * <p>{@code text_field} and {@code category_field} name columns of a header, or give their numbers (from 1) in a file without one. If
 * both are empty, a first row with a column called {@code text} is a header, and the category is the column {@code category},
 * {@code label} or {@code class}. Otherwise the file has no header; if its first or last column has a whole number, that column is the
 * category and the others are the text, as in AG News. Ambiguous tables are refused, and the message asks the user to name the columns.
 *
 * @param names the header, or the first row of a table without a header
 * @param header whether the first row contains names
 * @param text indices of the columns with the text, from 0
 * @param category index of the column with the category, from 0; -1 for none
 * @param guess how the category was chosen
 */
public record Columns(List<String> names, boolean header, List<Integer> text, int category, Guess guess) {
    /** How the category column was chosen. */
    enum Guess {
        /** The user named it, or there is none. */
        NONE,
        /** The header has one of the usual names. */
        BY_NAME,
        /** It has a whole number in the first row, so it must have one in every row. */
        BY_NUMBER
    }

    private static final String FLAGS = "name the columns with --text-field and --category-field (text_field and"
            + " category_field in a recipe), or give their numbers (from 1) if the file has no header; --header and"
            + " --no-header specify whether it has one";

    /** Chooses the columns by the first row of a table. */
    static Columns of(SourceFile file, List<String> firstRow, Fields fields) {
        ReadOptions reading = fields.reading();
        if (reading.strict() && reading.header().isEmpty() && isCounted(firstRow)) {
            throw Failure.usage(
                    "%s: is its first row %s a header, as pandas writes one for columns without names, or a row of"
                            + " data? Pass --header or --no-header, and name the columns with --text-field and"
                            + " --category-field (by name with a header, by number from 1 without one)",
                    file.shown(), firstRow);
        }
        if (fields.text().isEmpty()) {
            return usual(file, firstRow, fields);
        }
        List<String> all = new ArrayList<>(fields.texts());
        if (!fields.category().isEmpty()) {
            all.add(fields.category());
        }
        boolean numbers = all.stream().allMatch(Columns::isNumber);
        boolean header = reading.header().orElse(!numbers);
        if (reading.strict()
                && reading.header().isEmpty()
                && numbers
                && lower(firstRow).contains("text")) {
            throw Failure.usage(
                    "%s: is its first row %s a header? Column numbers are for files without one; name the columns,"
                            + " or pass --no-header",
                    file.shown(), shortened(firstRow));
        }
        List<Integer> indices = fields.texts().stream()
                .map(name -> index(file, firstRow, name, header, "text_field"))
                .toList();
        if (!fields.category().isEmpty()) {
            int category = index(file, firstRow, fields.category(), header, "category_field");
            return new Columns(firstRow, header, indices, category, Guess.NONE);
        }
        int category = header && !reading.noCategory() ? usualCategory(firstRow) : -1;
        return new Columns(firstRow, header, indices, category, category < 0 ? Guess.NONE : Guess.BY_NAME);
    }

    /** Whether a row counts up from 0, as pandas numbers columns without names, possibly after the empty name of its index. */
    private static boolean isCounted(List<String> row) {
        int skip = row.getFirst().isEmpty() ? 1 : 0;
        int count = row.size() - skip;
        return row.size() > 1
                && IntStream.range(0, count).allMatch(i -> row.get(i + skip).equals(Integer.toString(i)));
    }

    private static Columns usual(SourceFile file, List<String> firstRow, Fields fields) {
        boolean headerless = fields.reading().header().equals(Optional.of(false));
        List<String> lower = lower(firstRow);
        if (!headerless && lower.contains("text")) {
            if (fields.reading().strict() && lower.indexOf("text") != lower.lastIndexOf("text")) {
                throw which(file, firstRow, "two of them are called text");
            }
            boolean named = !fields.category().isEmpty();
            int category = named
                    ? index(file, firstRow, fields.category(), true, "category_field")
                    : fields.reading().noCategory() ? -1 : usualCategory(firstRow);
            Guess guess = named || category < 0 ? Guess.NONE : Guess.BY_NAME;
            return new Columns(firstRow, true, List.of(lower.indexOf("text")), category, guess);
        }
        int last = firstRow.size() - 1;
        if (headerless && last == 0) {
            return new Columns(firstRow, false, List.of(0), -1, Guess.NONE);
        }
        boolean atFirst = isNumber(firstRow.getFirst());
        boolean atLast = isNumber(firstRow.getLast());
        boolean refused = !fields.guessesCategory() || fields.reading().header().equals(Optional.of(true));
        if ((!atFirst && !atLast) || last == 0 || refused) {
            throw which(file, firstRow, "none of them is called text");
        }
        if (fields.reading().strict() && atFirst && atLast) {
            throw which(
                    file, firstRow, "the first and the last column are both numbers, but only one can be the category");
        }
        int category = atFirst ? 0 : last;
        List<Integer> text = IntStream.rangeClosed(0, last)
                .filter(i -> i != category)
                .boxed()
                .toList();
        return new Columns(firstRow, false, text, category, Guess.BY_NUMBER);
    }

    private static Failure which(SourceFile file, List<String> firstRow, String why) {
        return Failure.usage(
                "%s: which column contains the text? Its first row is %s, and %s; %s",
                file.shown(), shortened(firstRow), why, FLAGS);
    }

    private static List<String> lower(List<String> row) {
        return row.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
    }

    private static int usualCategory(List<String> firstRow) {
        List<String> lower = lower(firstRow);
        return Fields.USUAL_CATEGORIES.stream()
                .mapToInt(lower::indexOf)
                .filter(i -> i >= 0)
                .findFirst()
                .orElse(-1);
    }

    /** Returns the index of the column that has the given name in the header or, if there is none, the given number. */
    private static int index(SourceFile file, List<String> firstRow, String name, boolean header, String key) {
        List<String> stripped = firstRow.stream().map(String::strip).toList();
        int index = header ? stripped.indexOf(name) : -1;
        if (index < 0 && isNumber(name)) {
            index = Integer.parseInt(name) - 1;
        } else if (index >= 0 && stripped.lastIndexOf(name) != index) {
            throw Failure.usage(
                    "%s: %s '%s' is the name of two columns of %s; give its number (from 1) with --header",
                    file.shown(), key, name, shortened(firstRow));
        }
        if (index < 0 || index >= firstRow.size()) {
            throw Failure.usage(
                    "%s: %s '%s' is not among the %d columns %s%s",
                    file.shown(),
                    key,
                    name,
                    firstRow.size(),
                    shortened(firstRow),
                    header ? Suggest.didYouMean(name, firstRow) : "");
        }
        return index;
    }

    static boolean isNumber(String text) {
        return text.matches("\\d{1,9}");
    }

    private static List<String> shortened(List<String> row) {
        return row.stream().map(Columns::shortened).toList();
    }

    static String shortened(String cell) {
        return cell.length() > 30 ? cell.substring(0, 30) + "..." : cell;
    }

    /** Returns the number of columns that a row must have. */
    int needed() {
        return 1 + Math.max(category, text.stream().mapToInt(i -> i).max().orElse(0));
    }

    /** Returns how messages and flags refer to a column: by its name or, without a header, by its number. */
    String called(int column) {
        return header ? names.get(column).strip() : Integer.toString(column + 1);
    }

    /** Returns a clause that describes how the columns were interpreted. */
    String how() {
        String columns = text.stream().map(this::called).collect(Collectors.joining(", "));
        String found =
                header ? "a header " + shortened(names) + "; the text is in " : "no header; the text is in column ";
        return found + columns + (category < 0 ? ", no category" : ", the category in " + called(category));
    }
}
