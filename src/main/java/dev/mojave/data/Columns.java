package dev.mojave.data;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which columns of a CSV file are read.
 *
 * <p>{@code text_field} and {@code category_field} name columns of a header, or give their numbers (from 1) in a file without
 * one. When both are empty: a header is recognised by a column called {@code text} (then the category is {@code category},
 * {@code label} or {@code class}); otherwise there is no header, and a column of whole numbers at the first or last place is
 * the category and the others are the text, as in AG News.
 *
 * @param header whether the first row holds names
 * @param text indices of the text's columns, joined by line ends
 * @param category index of the category's column, -1 for none
 */
record Columns(boolean header, List<Integer> text, int category) {
    private static final List<String> USUAL_CATEGORIES = List.of("category", "label", "class");

    /** Splits {@code "title, description"}. */
    static List<String> names(String field) {
        return Stream.of(field.split(",", -1)).map(String::strip).toList();
    }

    static Columns of(Path file, List<String> firstRow, FileCorpus.Fields fields) {
        if (fields.text().isEmpty()) {
            return usual(file, firstRow, fields.category());
        }
        List<String> text = names(fields.text());
        List<String> all = new ArrayList<>(text);
        if (!fields.category().isEmpty()) {
            all.add(fields.category());
        }
        boolean numbers = all.stream().allMatch(Columns::isNumber);
        List<Integer> indices = text.stream()
                .map(name -> index(file, firstRow, name, numbers, "text_field"))
                .toList();
        int category = fields.category().isEmpty()
                ? numbers ? -1 : usualCategory(firstRow)
                : index(file, firstRow, fields.category(), numbers, "category_field");
        return new Columns(!numbers, indices, category);
    }

    private static Columns usual(Path file, List<String> firstRow, String categoryField) {
        List<String> lower = firstRow.stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .toList();
        if (lower.contains("text")) {
            int category = categoryField.isEmpty()
                    ? usualCategory(firstRow)
                    : index(file, firstRow, categoryField, false, "category_field");
            return new Columns(true, List.of(lower.indexOf("text")), category);
        }
        int last = firstRow.size() - 1;
        int category = isNumber(firstRow.getFirst()) ? 0 : isNumber(firstRow.getLast()) ? last : -1;
        if (category < 0 || last == 0 || !categoryField.isEmpty()) {
            throw Failure.usage(
                    "%s: which column is the text? Its first row is %s; name the columns with text_field and"
                            + " category_field (--text-field and --category-field of data import), or give their numbers (from 1) if the file has no header",
                    file, shortened(firstRow));
        }
        List<Integer> text = IntStream.rangeClosed(0, last)
                .filter(i -> i != category)
                .boxed()
                .toList();
        return new Columns(false, text, category);
    }

    private static int usualCategory(List<String> firstRow) {
        List<String> lower = firstRow.stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .toList();
        return USUAL_CATEGORIES.stream()
                .mapToInt(lower::indexOf)
                .filter(i -> i >= 0)
                .findFirst()
                .orElse(-1);
    }

    private static int index(Path file, List<String> firstRow, String name, boolean numbers, String key) {
        int index = numbers
                ? Integer.parseInt(name) - 1
                : firstRow.stream().map(String::strip).toList().indexOf(name);
        if (index < 0 || index >= firstRow.size()) {
            throw Failure.usage(
                    "%s: %s '%s' is not among the %d columns %s%s",
                    file,
                    key,
                    name,
                    firstRow.size(),
                    shortened(firstRow),
                    numbers ? "" : Suggest.didYouMean(name, firstRow));
        }
        return index;
    }

    private static boolean isNumber(String text) {
        return text.matches("\\d{1,9}");
    }

    private static List<String> shortened(List<String> row) {
        return row.stream()
                .map(cell -> cell.length() > 30 ? cell.substring(0, 30) + "..." : cell)
                .toList();
    }

    /** Returns the number of columns that a row must have. */
    int needed() {
        return 1 + Math.max(category, text.stream().mapToInt(i -> i).max().orElse(0));
    }
}
