package dev.mojave.data.format;

import dev.mojave.data.source.ReadOptions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The columns or keys to read, and how to read them.
 *
 * @param text the value of {@code data.text_field}; empty for the default
 * @param category the value of {@code data.category_field}; empty for the default
 * @param reading all other options
 */
public record Fields(String text, String category, ReadOptions reading) {
    /** The columns or keys that are tried, in this order, if no category is named. */
    static final List<String> USUAL_CATEGORIES = List.of("category", "label", "class");

    /** Returns the given fields; an empty one means the default. */
    public static Fields of(Optional<String> text, Optional<String> category, ReadOptions reading) {
        return new Fields(text.orElse(""), category.orElse(""), reading);
    }

    /** Returns the columns or keys of the text; empty for the default. */
    List<String> texts() {
        return text.isEmpty()
                ? List.of()
                : Stream.of(text.split(",", -1)).map(String::strip).toList();
    }

    /** Returns whether the category may be guessed. */
    boolean guessesCategory() {
        return category.isEmpty() && !reading.noCategory();
    }
}
