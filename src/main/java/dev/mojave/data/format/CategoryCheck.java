package dev.mojave.data.format;

import dev.mojave.base.Failure;
import java.util.HashSet;
import java.util.Set;

/**
 * Checks that a guessed category column is plausible, that is, that its values repeat. Row numbers and values that are nearly all
 * different are no categories; the user then has to name the column. Memory is bounded, because only the first thousand rows are checked.
 */
final class CategoryCheck {
    /** Fewer rows than this say nothing about repetition. */
    private static final int FEW = 10;

    private static final int ENOUGH = 1000;

    private final boolean asks;
    private final Set<String> values = new HashSet<>();
    private long rows;
    private long firstNumber;
    private boolean ascending = true;
    private String field = "";

    CategoryCheck(boolean asks) {
        this.asks = asks;
    }

    /**
     * Checks the category of one row.
     *
     * @param named name or number of the column or key, as the user would write it
     * @throws Failure of kind USAGE once it is clear that the column is not a category
     */
    void watch(String value, String file, String named) {
        if (!asks || rows == ENOUGH) {
            return;
        }
        field = named;
        ascending = ascending && follows(value);
        rows++;
        values.add(value);
        if (rows == ENOUGH) {
            end(file);
            values.clear();
        }
    }

    private boolean follows(String value) {
        if (!value.matches("\\d{1,18}")) {
            return false;
        }
        long number = Long.parseLong(value);
        if (rows == 0) {
            firstNumber = number;
            return number <= 1;
        }
        return number == firstNumber + rows;
    }

    /**
     * Checks a whole file at its end.
     *
     * @throws Failure of kind USAGE if its categories hardly repeat
     */
    void end(String file) {
        boolean numbered = ascending && rows >= 3;
        boolean different = rows >= FEW && values.size() * 2L > rows;
        if (asks && (numbered || different)) {
            throw ask(file);
        }
    }

    private Failure ask(String file) {
        boolean number = field.matches("\\d+");
        String what =
                ascending ? "numbers the rows" : "has " + values.size() + " different values in " + rows + " rows";
        return Failure.usage(
                "%s: is %s the category? It %s, but the values of a category repeat. To use it as the category"
                        + " anyway, pass --category-field %s (category_field in a recipe)%s",
                file,
                number ? "column " + field : "'" + field + "'",
                what,
                field,
                number
                        ? " together with --text-field; to leave it out, pass only --text-field with the numbers of"
                                + " the text's columns, such as --text-field " + (field.equals("1") ? "2" : "1")
                        : "; to leave it out, import with --no-category");
    }
}
