package dev.mojave.data;

import java.util.Optional;

/**
 * How to import.
 *
 * @param textField column or key of the text, several joined by commas; absent for the usual one
 * @param categoryField column or key of the category; absent for the usual one, if there is one
 * @param overwrite whether to replace a data set of the same name
 */
public record ImportOptions(Optional<String> textField, Optional<String> categoryField, boolean overwrite) {
    /** The usual columns; an existing name is refused. */
    public static final ImportOptions USUAL = new ImportOptions(Optional.empty(), Optional.empty(), false);
}
