package dev.mojave.data.catalog;

import dev.mojave.data.source.ReadOptions;
import java.util.Optional;

/**
 * How to import.
 *
 * @param textField column or key of the text, several joined by commas; absent for the usual one
 * @param categoryField column or key of the category; absent for the usual one, if there is one
 * @param reading how the files are read apart from that
 * @param followLinks whether links to folders outside a named folder are followed
 * @param overwrite whether to replace a data set of the same name
 */
public record ImportOptions(
        Optional<String> textField,
        Optional<String> categoryField,
        ReadOptions reading,
        boolean followLinks,
        boolean overwrite) {
    /** The usual columns; an existing name is refused. */
    public static final ImportOptions DEFAULTS =
            new ImportOptions(Optional.empty(), Optional.empty(), ReadOptions.DEFAULTS, false, false);
}
