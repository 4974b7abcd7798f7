package dev.mojave.data.source;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.data.format.Columns;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * How files are read, apart from which columns or keys: what the flags of {@code mojave data import} say, kept in {@code dataset.json} so that
 * a data set is always read as it was imported.
 *
 * @param format of all files; absent: each file's ending decides
 * @param encoding of all files as IANA or Java names it; absent: UTF-8
 * @param quote whether cells may stand in quotation marks; absent: in CSV yes, in TSV no
 * @param delimiter what separates the cells of tables, one character; absent: a comma in CSV, a tab in TSV
 * @param header whether the first row of a table holds names; absent: a header is recognised, see {@link Columns}
 * @param join what stands between the pieces of a text that comes from several fields
 * @param noCategory whether documents get no category even if there is a usual field for it
 * @param strict whether rows that do not fit their header, and guesses that do not fit the rows, are refused; false only in data sets that were
 *     imported before this was checked
 */
public record ReadOptions(
        Optional<TextFormat> format,
        Optional<String> encoding,
        Optional<Boolean> quote,
        Optional<String> delimiter,
        Optional<Boolean> header,
        String join,
        boolean noCategory,
        boolean strict) {
    /** What holds unless something else is said. */
    public static final ReadOptions DEFAULTS = new ReadOptions(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "\n",
            false,
            true);

    /** How data sets without a record of their reading were read. */
    public static final ReadOptions LEGACY = new ReadOptions(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "\n",
            false,
            false);

    /**
     * Returns the character set to decode with.
     *
     * @throws Failure of kind USAGE if there is none of that name
     */
    public Charset charset() {
        String name = encoding.orElse("UTF-8");
        // Python's name for UTF-8 with a mark at its start, which is left out anyway.
        if (name.toLowerCase(Locale.ROOT).replace('_', '-').equals("utf-8-sig")) {
            return StandardCharsets.UTF_8;
        }
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                            "--encoding: '%s' is not a character set that Java knows%s; common ones are UTF-16, windows-1252,"
                                    + " ISO-8859-1, GB18030, Shift_JIS",
                            name,
                            Suggest.didYouMean(name, Charset.availableCharsets().keySet()))
                    .because(e);
        }
    }

    /** Returns the same with cells that are separated by one character. */
    public ReadOptions withDelimiter(String separator) {
        return new ReadOptions(format, encoding, quote, Optional.of(separator), header, join, noCategory, strict);
    }

    /** Returns the layout of a file. */
    public TextFormat format(SourceFile file) {
        return format.orElseGet(() -> TextFormat.of(file.name()));
    }

    /** Says in a few words what differs from the usual: part of what tells two token stores apart. */
    public String key() {
        StringBuilder key = new StringBuilder(strict ? "reading=2" : "reading=1");
        format.ifPresent(value -> key.append(" format=").append(value.key()));
        encoding.ifPresent(value -> key.append(" encoding=").append(value));
        quote.ifPresent(value -> key.append(" quote=").append(value));
        delimiter.ifPresent(value -> key.append(" delimiter=").append(value));
        header.ifPresent(value -> key.append(" header=").append(value));
        if (!join.equals("\n")) {
            key.append(" join=").append(join);
        }
        return key.append(noCategory ? " no_category" : "").toString();
    }
}
