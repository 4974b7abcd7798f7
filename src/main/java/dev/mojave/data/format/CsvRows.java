package dev.mojave.data.format;

import dev.mojave.base.Failure;
import dev.mojave.data.source.ReadOptions;
import dev.mojave.data.source.ReadReport;
import dev.mojave.data.source.SourceFile;
import dev.mojave.data.source.TextFormat;
import dev.mojave.data.source.TextSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads the rows of a table as documents. CSV follows RFC 4180: cells in quotation marks may contain line ends and doubled quotation
 * marks. In a tab-separated file each line is a row and a quotation mark is an ordinary character, as in CoLA, MNLI and translation
 * corpora, unless the options specify otherwise. {@link Columns} chooses the columns.
 */
public final class CsvRows {
    /** The library writes the number in the digits of the default locale. */
    private static final Pattern START_LINE = Pattern.compile("startline (\\p{Nd}+)");

    private final SourceFile file;
    private final Fields fields;
    private final ReadReport report;
    private final Consumer<DocumentPart> consumer;
    private final TextSource source;
    private final CSVParser parser;
    private final CategoryCheck check;
    /** Number of lines of the file before the first that the parser reads. */
    private final int linesBefore;

    private CsvRows(
            TextSource source,
            CSVParser parser,
            SourceFile file,
            Fields fields,
            ReadReport report,
            Consumer<DocumentPart> consumer,
            int linesBefore) {
        this.linesBefore = linesBefore;
        this.source = source;
        this.parser = parser;
        this.file = file;
        this.fields = fields;
        this.report = report;
        this.consumer = consumer;
        this.check = new CategoryCheck(fields.reading().strict());
    }

    /** Passes each row of a table to the consumer as a document and records irregularities in the report. */
    public static void read(
            TextSource source, SourceFile file, Fields fields, ReadReport report, Consumer<DocumentPart> consumer)
            throws IOException {
        SeparatorLine first = SeparatorLine.take(source, fields.reading());
        Fields read = new Fields(fields.text(), fields.category(), first.reading());
        try (CSVParser parser = CSVParser.builder()
                .setReader(first.rest())
                .setFormat(format(read.reading(), read.reading().format(file) == TextFormat.TSV))
                .get()) {
            new CsvRows(source, parser, file, read, report, consumer, first.lines()).read();
        }
    }

    private static CSVFormat format(ReadOptions reading, boolean tabs) {
        CSVFormat usual = tabs && !reading.strict() ? CSVFormat.TDF : CSVFormat.DEFAULT;
        CSVFormat.Builder builder = usual.builder().setIgnoreEmptyLines(true).setDelimiter(separator(reading, tabs));
        return (reading.strict() && !reading.quote().orElse(!tabs) ? builder.setQuote(null) : builder).get();
    }

    private static char separator(ReadOptions reading, boolean tabs) {
        return reading.delimiter().map(given -> given.charAt(0)).orElse(tabs ? '\t' : ',');
    }

    private void read() {
        Iterator<CSVRecord> rows = parser.iterator();
        if (!next(rows)) {
            return;
        }
        CSVRecord row = rows.next();
        SeparatorCheck.require(file, row.toList(), fields);
        Columns columns = Columns.of(file, row.toList(), fields);
        report.interpreted(
                file.name(), columns.how() + (linesBefore == 0 ? "" : "; the line sep= before it is not a row"));
        if (!columns.header()) {
            accept(row, columns);
        }
        while (next(rows)) {
            accept(rows.next(), columns);
        }
        check.end(file.shown());
    }

    /** Parses the next row. The parser throws from {@code hasNext} if it cannot read the row. */
    private boolean next(Iterator<CSVRecord> rows) {
        source.startRow();
        try {
            return rows.hasNext();
        } catch (UncheckedIOException e) {
            String said = String.valueOf(Objects.requireNonNull(e.getCause()).getMessage());
            Matcher start = START_LINE.matcher(said);
            String why = said.contains("EOF reached") && start.find()
                    ? "line " + (linesBefore + Long.parseLong(start.group(1)))
                            + " is not CSV: a quotation mark there opens a cell that is never closed"
                    : "line " + (linesBefore + parser.getCurrentLineNumber())
                            + " is not CSV: something follows the quotation mark that closes a cell";
            throw Failure.data(
                            "%s %s; check its quotation marks (double those inside a quoted cell), or read them as"
                                    + " ordinary characters with --no-quote",
                            file.shown(), why)
                    .because(e);
        }
    }

    private void accept(CSVRecord row, Columns columns) {
        long over = lineEnds(row);
        long line = linesBefore + parser.getCurrentLineNumber() - over;
        String place = file.shown() + " line " + line;
        checkSize(row, columns, place);
        if (over > 0) {
            report.multilineRow(place);
        }
        if (columns.header() && row.toList().equals(columns.names())) {
            report.repeatedHeader(place);
        }
        String text = String.join(
                fields.reading().join(), columns.text().stream().map(row::get).toList());
        String category = columns.category() < 0 ? "" : row.get(columns.category());
        if (columns.guess() == Columns.Guess.BY_NUMBER && fields.reading().strict() && !Columns.isNumber(category)) {
            throw Failure.usage(
                    "%s: column %s was taken as the category because the first row has the number %s there, but this"
                            + " row has '%s'. Specify the columns with --text-field and --category-field (numbers"
                            + " from 1, or names with --header)",
                    place,
                    columns.called(columns.category()),
                    columns.names().get(columns.category()),
                    Columns.shortened(category));
        }
        if (columns.guess() != Columns.Guess.NONE && !category.isEmpty()) {
            check.watch(category, file.shown(), columns.called(columns.category()));
        }
        if (text.isBlank()) {
            report.rowWithoutText();
        } else {
            consumer.accept(DocumentPart.whole(text, category, text));
        }
    }

    private void checkSize(CSVRecord row, Columns columns, String place) {
        if (row.size() < columns.needed()) {
            throw Failure.data(
                    "%s has %d columns, but column %d is needed; check its separators and quotation marks",
                    place, row.size(), columns.needed());
        }
        int expected = columns.names().size();
        if (row.size() > expected && fields.reading().strict()) {
            boolean tabs = fields.reading().format(file) == TextFormat.TSV;
            throw Failure.data(
                    "%s has %d cells, but %s has %d %s: expected %d, saw %d; %s",
                    place,
                    row.size(),
                    columns.header() ? "the header" : "the first row",
                    expected,
                    columns.names(),
                    expected,
                    row.size(),
                    tabs
                            ? "replace the tabs inside texts, or pass --quote if such texts are in quotation marks"
                            : "put quotation marks around a text that contains '" + separator(fields.reading(), false)
                                    + "'");
        }
        if (row.size() < expected) {
            report.shortRow(place);
        }
    }

    private static long lineEnds(CSVRecord row) {
        long ends = 0;
        for (String cell : row) {
            for (int at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) {
                ends++;
            }
        }
        return ends;
    }
}
