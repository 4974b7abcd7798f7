package dev.mojave.data.format;

import dev.mojave.base.Failure;
import dev.mojave.data.source.SourceFile;
import dev.mojave.data.source.TextSource;
import java.util.Optional;

/**
 * Splits a {@code .json} file into its objects: the elements of its single list, or a sequence of objects. Only one object at a time is
 * held in memory, so a file may be larger than the memory.
 */
final class JsonObjects {
    private final TextSource source;
    private final SourceFile file;
    private final char[] buffer = new char[1 << 14];
    private int position;
    private int filled;
    private long line = 1;
    private long startLine = 1;
    private boolean list;
    private boolean any;

    JsonObjects(TextSource source, SourceFile file) {
        this.source = source;
        this.file = file;
    }

    /** Returns the line on which the last object begins, from 1. */
    long line() {
        return startLine;
    }

    /**
     * Returns the text of the next object, which a parser has yet to check; empty at the end of the file.
     *
     * @throws Failure of kind DATA if something other than an object follows
     */
    Optional<String> next() {
        source.startRow();
        int c = skipSpace();
        if (!any && !list && c == '[') {
            list = true;
            c = skipSpace();
        } else if (list && any && c == ',') {
            c = skipSpace();
        } else if (list && any && c != ']' && c >= 0) {
            throw wrong(c, "a comma or the ']' that ends the list");
        }
        if (list && c == ']') {
            int after = skipSpace();
            if (after >= 0) {
                throw wrong(after, "nothing after the ']' that ends the list");
            }
            return Optional.empty();
        }
        if (c < 0) {
            if (list) {
                throw Failure.data(
                        "%s line %d: the file ends inside its list, so it was cut off; fetch or write it again",
                        file.shown(), line);
            }
            return Optional.empty();
        }
        if (c != '{') {
            throw wrong(c, "an object, which begins with '{'");
        }
        any = true;
        startLine = line;
        return Optional.of(object());
    }

    private Failure wrong(int found, String expected) {
        String remedy = found == '"' && list && !any
                ? "; turn texts into objects with: jq -c '.[] | {text: .}' FILE > FILE.jsonl"
                : "; a .json file must be a list of objects or a sequence of objects (--format text reads it as plain text)";
        return Failure.data(
                "%s line %d: expected %s, found '%s'%s",
                file.shown(), line, expected, Character.toString(found), remedy);
    }

    /** Copies the text up to the brace that closes the object, ignoring braces inside strings. */
    private String object() {
        StringBuilder text = new StringBuilder("{");
        int depth = 1;
        boolean inString = false;
        while (depth > 0) {
            int c = read();
            if (c < 0) {
                throw Failure.data(
                        "%s: the object that begins on line %d does not end; the file was cut off, or a quotation mark or a brace is"
                                + " missing",
                        file.shown(), startLine);
            }
            text.append((char) c);
            if (inString) {
                if (c == '\\') {
                    int escaped = read();
                    if (escaped >= 0) {
                        text.append((char) escaped);
                    }
                } else if (c == '"') {
                    inString = false;
                }
            } else if (c == '"') {
                inString = true;
            } else if (c == '{') {
                depth++;
            } else if (c == '}') {
                depth--;
            }
        }
        return text.toString();
    }

    private int skipSpace() {
        int c = read();
        while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            c = read();
        }
        return c;
    }

    private int read() {
        if (position == filled) {
            filled = source.read(buffer, 0, buffer.length);
            position = 0;
            if (filled < 0) {
                filled = 0;
                return -1;
            }
        }
        char c = buffer[position++];
        line += c == '\n' ? 1 : 0;
        return c;
    }
}
