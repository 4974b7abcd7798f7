package dev.mojave.data.format;

import dev.mojave.data.source.ReadOptions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which columns or keys are read, and how.
 *
 * @param text as in {@code data.text_field}; empty for the usual
 * @param category as in {@code data.category_field}; empty for the usual
 * @param reading everything else
 */
public record Fields(String text, String category, ReadOptions reading) {
    /** Where a category is looked for if nothing is said. */
    static final List<String> USUAL_CATEGORIES = List.of("category", "label", "class");

    /** Returns the fields that were named; absent stands for the usual. */
    public static Fields of(Optional<String> text, Optional<String> category, ReadOptions reading) {
        return new Fields(text.orElse(""), category.orElse(""), reading);
    }

    /** Returns the text's fields; none for the usual. */
    List<String> texts() {
        return text.isEmpty()
                ? List.of()
                : Stream.of(text.split(",", -1)).map(String::strip).toList();
    }

    /** Returns whether a category may be taken that nobody named. */
    boolean guessesCategory() {
        return category.isEmpty() && !reading.noCategory();
    }
}
