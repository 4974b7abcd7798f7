package dev.mojave.data.format;

import dev.mojave.base.Failure;
import java.util.HashSet;
import java.util.Set;

/**
 * Whether a column that nobody named can be the category: its values repeat. Numbers of rows and values that are all different are something else, and
 * then the user is asked. Memory stays small: a column that does not repeat is noticed within a thousand rows.
 */
final class CategoryCheck {
    /** Fewer rows than this tell nothing about repetition. */
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
     * Looks at a row's category.
     *
     * @param named what the user calls the column or key
     * @throws Failure of kind USAGE once it is clear that this is none
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
     * Looks back on a whole file.
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
        String what = ascending ? "counts its rows" : "has " + values.size() + " different values in " + rows + " rows";
        return Failure.usage(
                "%s: is %s the category? It %s, and categories repeat. Say which it is: --category-field %s (category_field in a recipe) takes"
                        + " it all the same%s",
                file,
                number ? "column " + field : "'" + field + "'",
                what,
                field,
                number
                        ? " (together with --text-field), --text-field alone leaves it out: with the numbers of the text's columns, such as"
                                + " --text-field " + (field.equals("1") ? "2" : "1")
                        : ", --no-category of data import leaves it out");
    }
}
