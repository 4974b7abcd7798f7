package dev.mojave.data.source;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.data.format.Columns;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Options for reading files, apart from the choice of columns or keys: the flags of {@code mojave data import}, recorded in
 * {@code dataset.json} so that a data set is always read as it was imported.
 *
 * @param format format of all files; if empty, each file's extension decides
 * @param encoding encoding of all files, by its IANA or Java name; if empty, UTF-8
 * @param quote whether cells may be in quotation marks; if empty, they may in CSV but not in TSV
 * @param delimiter the character between the cells of a table; if empty, a comma in CSV and a tab in TSV
 * @param header whether the first row of a table contains names; if empty, a header is detected, see {@link Columns}
 * @param join text between the parts of a document that comes from several fields
 * @param noCategory whether documents get no category even if there is a field with a usual name
 * @param strict whether rows that do not fit their header, and guesses that do not fit the rows, are refused; false only for data sets
 *     that were imported before this was checked
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
    /** The default options. */
    public static final ReadOptions DEFAULTS = new ReadOptions(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "\n",
            false,
            true);

    /** The options of data sets imported before the options were recorded. */
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
     * @throws Failure of kind USAGE if Java does not support it
     */
    public Charset charset() {
        String name = encoding.orElse("UTF-8");
        // Python's name for UTF-8 with a byte-order mark, which is always removed.
        if (name.toLowerCase(Locale.ROOT).replace('_', '-').equals("utf-8-sig")) {
            return StandardCharsets.UTF_8;
        }
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                            "--encoding: '%s' is not a character set that Java supports%s; common ones are UTF-16, windows-1252,"
                                    + " ISO-8859-1, GB18030, Shift_JIS",
                            name,
                            Suggest.didYouMean(name, Charset.availableCharsets().keySet()))
                    .because(e);
        }
    }

    /** Returns these options with another delimiter, which is one character. */
    public ReadOptions withDelimiter(String separator) {
        return new ReadOptions(format, encoding, quote, Optional.of(separator), header, join, noCategory, strict);
    }

    /** Returns the format of a file. */
    public TextFormat format(SourceFile file) {
        return format.orElseGet(() -> TextFormat.of(file.name()));
    }

    /** Returns a text that identifies the options that differ from the defaults; it is part of the key of a token store. */
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
