package dev.mojave.data.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What one reading of a corpus noticed: what was taken for what, left out, or repaired. */
public final class ReadReport {
    /** More kinds of files than this are summed up. */
    private static final int SHOWN = 8;

    private final Map<String, List<String>> taken = new LinkedHashMap<>();
    private final Set<String> withoutText = new LinkedHashSet<>();
    private long rowsWithoutText;
    private long surrogates;
    private long marks;
    private long overLines;
    private String firstOverLines = "";
    private long shortRows;
    private String firstShortRow = "";
    private long headers;
    private String firstHeader = "";
    private boolean surrogateHere;

    /** A file was understood in some way, such as {@code "header text, label; text: text"}. */
    public void interpreted(String name, String how) {
        taken.computeIfAbsent(how, key -> new ArrayList<>()).add(name);
    }

    /** A file of several had nothing to learn from. */
    public void fileWithoutText(String name) {
        withoutText.add(name);
    }

    /** A row had no text. */
    public void rowWithoutText() {
        rowsWithoutText++;
    }

    /** A string held half a character; see {@link #endDocument()}. */
    public void loneSurrogate() {
        surrogateHere = true;
    }

    /** Counts documents with halves of characters, not halves. */
    public void endDocument() {
        surrogates += surrogateHere ? 1 : 0;
        surrogateHere = false;
    }

    /** Byte order marks were left out inside a text, so many. */
    public void byteOrderMarks(long count) {
        marks += count;
    }

    /** A row went on over several lines, beginning at this place. */
    public void multilineRow(String place) {
        firstOverLines = overLines++ == 0 ? place : firstOverLines;
    }

    /** A row that is read is the header once more, as where tables were put together. */
    public void repeatedHeader(String place) {
        firstHeader = headers++ == 0 ? place : firstHeader;
    }

    /** A row at this place had fewer cells than the header. */
    public void shortRow(String place) {
        firstShortRow = shortRows++ == 0 ? place : firstShortRow;
    }

    /** Returns the files that gave no document. */
    public Set<String> withoutText() {
        return withoutText;
    }

    /** Returns what files were taken for, a line for each kind. */
    public List<String> taken() {
        List<String> lines = new ArrayList<>();
        taken.forEach((how, names) -> {
            if (lines.size() < SHOWN) {
                int others = names.size() - 1;
                lines.add(names.getFirst() + (others == 0 ? "" : " and " + counted(others, "other file")) + ": " + how);
            }
        });
        if (taken.size() > SHOWN) {
            lines.add("and " + counted(taken.size() - SHOWN, "more kind") + " of files");
        }
        return lines;
    }

    /** Returns what was left out or repaired, a sentence each; nothing if all was as it should be. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (!withoutText.isEmpty()) {
            String first = withoutText.iterator().next();
            notes.add(
                    withoutText.size() == 1
                            ? "left out 1 file without text: " + first
                            : "left out " + counted(withoutText.size(), "file") + " without text, the first " + first);
        }
        add(notes, rowsWithoutText, "left out %s without text", "row");
        add(notes, surrogates, "replaced half a character (a lone surrogate) with U+FFFD in %s", "document");
        add(notes, marks, "removed %s (U+FEFF) inside the text", "byte-order mark");
        if (headers > 0) {
            notes.add(counted(headers, "row repeats", "rows repeat")
                    + " the header and was read as a text, the first at " + firstHeader
                    + ": tables that were put together have one each");
        }
        if (overLines > 0) {
            notes.add(counted(overLines, "row runs", "rows run")
                    + " over line ends inside quotation marks, the first from " + firstOverLines + " on");
        }
        if (shortRows > 0) {
            notes.add(counted(shortRows, "row has", "rows have") + " fewer cells than the header, the first on "
                    + firstShortRow);
        }
        return notes;
    }

    private static void add(List<String> notes, long count, String sentence, String noun) {
        if (count > 0) {
            notes.add(String.format(Locale.ROOT, sentence, counted(count, noun)));
        }
    }

    static String counted(long count, String noun) {
        return counted(count, noun, noun + "s");
    }

    static String counted(long count, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
    }
}
