package dev.mojave.data.format;

import dev.mojave.base.Failure;
import dev.mojave.data.source.ReadOptions;
import dev.mojave.data.source.SourceFile;
import dev.mojave.data.source.TextFormat;
import java.util.List;
import java.util.Optional;

/**
 * Detects a table whose separator is not the one that its file name extension suggests: semicolons, which Excel writes in locales with a
 * decimal comma, tabs or vertical bars. The sign is a first row that is a single cell containing such a character; the user then has to
 * name the separator.
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
                    "%s: its first row is a single cell, %s, that contains '%s'. If that separates the cells instead"
                            + " of %s, import it with --delimiter '%s'; if there is only one column, import it with"
                            + " --delimiter '%s'",
                    file.shown(),
                    List.of(cell.length() > 60 ? cell.substring(0, 60) + "..." : cell),
                    asTyped,
                    tabs ? "tabs" : "commas",
                    asTyped,
                    tabs ? "\\t" : ",");
        });
    }
}
