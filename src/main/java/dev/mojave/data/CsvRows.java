package dev.mojave.data;

import dev.mojave.base.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** CSV as of RFC 4180 (quotes doubled, line ends allowed inside them), or separated by tabs; {@link Columns} says what is read. */
final class CsvRows {
    private CsvRows() {}

    static void read(TextSource source, SourceFile file, FileCorpus.Fields fields, Consumer<DocumentPart> consumer)
            throws IOException {
        CSVFormat format = file.tabs() ? CSVFormat.TDF : CSVFormat.DEFAULT;
        try (CSVParser parser = CSVParser.builder()
                .setReader(source)
                .setFormat(format.builder().setIgnoreEmptyLines(true).get())
                .get()) {
            Iterator<CSVRecord> rows = parser.iterator();
            if (!next(rows, parser, file.path())) {
                return;
            }
            CSVRecord row = rows.next();
            Columns columns = Columns.of(file.path(), row.toList(), fields);
            if (!columns.header()) {
                accept(row, parser, file.path(), columns, consumer);
            }
            while (next(rows, parser, file.path())) {
                accept(rows.next(), parser, file.path(), columns, consumer);
            }
        }
    }

    /** Parses the next row; the parser reports what it cannot read when it is asked whether there is one. */
    private static boolean next(Iterator<CSVRecord> rows, CSVParser parser, Path file) {
        try {
            return rows.hasNext();
        } catch (UncheckedIOException e) {
            throw Failure.data(
                            "%s line %d is not CSV: %s; check its quotes",
                            file,
                            parser.getCurrentLineNumber(),
                            String.valueOf(Objects.requireNonNull(e.getCause()).getMessage()))
                    .because(e);
        }
    }

    private static void accept(
            CSVRecord row, CSVParser parser, Path file, Columns columns, Consumer<DocumentPart> consumer) {
        if (row.size() < columns.needed()) {
            throw Failure.data(
                    "%s line %d has %d columns, but column %d is read; check its separators and quotes",
                    file, parser.getCurrentLineNumber(), row.size(), columns.needed());
        }
        String text = String.join("\n", columns.text().stream().map(row::get).toList());
        if (!text.isBlank()) {
            String category = columns.category() < 0 ? "" : row.get(columns.category());
            consumer.accept(DocumentPart.whole(text, category, text));
        }
    }
}
