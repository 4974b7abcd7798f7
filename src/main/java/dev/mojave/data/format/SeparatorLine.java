package dev.mojave.data.format;

import dev.mojave.data.source.ReadOptions;
import java.io.IOException;
import java.io.PushbackReader;
import java.io.Reader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The line {@code sep=;} with which a table may begin: Excel and LibreOffice use the character as the separator of the cells and do not
 * read the line as a row.
 *
 * @param reading how the rows are read: with that separator, unless the user named another
 * @param rest the file after that line
 * @param lines number of lines consumed: 0 or 1
 */
record SeparatorLine(ReadOptions reading, Reader rest, int lines) {
    private static final Pattern LINE = Pattern.compile("(\"?)(?i:sep)=([^\"\r\n])\\1\\r?\\n?");

    /** Maximum length of the line in characters, its line end included. */
    private static final int LONGEST = 9;

    /** Consumes the line if the file begins with it. Data sets imported before this was supported are read as they were then. */
    static SeparatorLine take(Reader source, ReadOptions reading) throws IOException {
        if (!reading.strict()) {
            return new SeparatorLine(reading, source, 0);
        }
        PushbackReader rest = new PushbackReader(source, LONGEST);
        StringBuilder line = new StringBuilder();
        for (int c = rest.read(); c >= 0; c = line.length() < LONGEST && c != '\n' ? rest.read() : -1) {
            line.append((char) c);
        }
        Matcher found = LINE.matcher(line);
        if (!found.matches()) {
            rest.unread(line.toString().toCharArray());
            return new SeparatorLine(reading, rest, 0);
        }
        String separator = found.group(2);
        return new SeparatorLine(reading.delimiter().isPresent() ? reading : reading.withDelimiter(separator), rest, 1);
    }
}
