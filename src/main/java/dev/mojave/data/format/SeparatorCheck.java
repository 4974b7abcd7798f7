package dev.mojave.data.format;

import dev.mojave.base.Failure;
import dev.mojave.data.source.ReadOptions;
import dev.mojave.data.source.SourceFile;
import dev.mojave.data.source.TextFormat;
import java.util.List;
import java.util.Optional;

/**
 * Whether a table has another separator than its ending says: semicolons, as Excel writes them where the comma is the decimal mark, tabs or bars. It
 * shows in a first row that is one cell with such a character in it, and is asked, not guessed.
 */
final class SeparatorCheck {
    private static final List<String> USUAL = List.of(";", "\t", "|", ",");

    private SeparatorCheck() {}

    static void require(SourceFile file, List<String> firstRow, Fields fields) {
        ReadOptions reading = fields.reading();
        String cell = firstRow.getFirst();
        boolean one = fields.texts().equals(List.of(cell.strip()))
                || (!fields.text().isEmpty() && fields.texts().stream().allMatch(Columns::isNumber))
                || reading.header().equals(Optional.of(false));
        if (!reading.strict() || reading.delimiter().isPresent() || firstRow.size() > 1 || one) {
            return;
        }
        USUAL.stream().filter(cell::contains).findFirst().ifPresent(found -> {
            boolean tabs = reading.format(file) == TextFormat.TSV;
            String asTyped = found.equals("\t") ? "\\t" : found;
            throw Failure.usage(
                    "%s: its first row is one cell, %s, with '%s' in it: is that what separates its cells, instead of %s? Then"
                            + " import it with --delimiter '%s'; if it has only one column, with --delimiter '%s'",
                    file.shown(),
                    List.of(cell.length() > 60 ? cell.substring(0, 60) + "..." : cell),
                    asTyped,
                    tabs ? "tabs" : "commas",
                    asTyped,
                    tabs ? "\\t" : ",");
        });
    }
}
