package dev.mojave.data.catalog;

import dev.mojave.data.source.ReadOptions;
import java.util.Optional;

/**
 * The options of an import.
 *
 * @param textField column or key of the text, several separated by commas; if empty, the default one
 * @param categoryField column or key of the category; if empty, the default one, if the file has it
 * @param reading how the files are read, apart from the choice of columns
 * @param followLinks whether links to folders outside a named folder are followed
 * @param overwrite whether to replace a data set of the same name
 */
public record ImportOptions(
        Optional<String> textField,
        Optional<String> categoryField,
        ReadOptions reading,
        boolean followLinks,
        boolean overwrite) {
    /** The default columns; the name of an existing data set is refused. */
    public static final ImportOptions DEFAULTS =
            new ImportOptions(Optional.empty(), Optional.empty(), ReadOptions.DEFAULTS, false, false);
}
