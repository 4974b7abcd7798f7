package dev.mojave.data.source;

import dev.mojave.base.Plural;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A report on one pass over a corpus: how its files were interpreted, and what was left out or repaired. */
public final class ReadReport {
    /** Maximum number of kinds of files that are listed; the others are only counted. */
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

    /** Records how a file was interpreted, such as {@code "header text, label; text: text"}. */
    public void interpreted(String name, String how) {
        taken.computeIfAbsent(how, key -> new ArrayList<>()).add(name);
    }

    /** Records a file without text. */
    public void fileWithoutText(String name) {
        withoutText.add(name);
    }

    /** Counts a row without text. */
    public void rowWithoutText() {
        rowsWithoutText++;
    }

    /** Records that a string of the current document contains a lone surrogate; see {@link #endDocument()}. */
    public void loneSurrogate() {
        surrogateHere = true;
    }

    /** Ends a document, which counts once however many lone surrogates it contains. */
    public void endDocument() {
        surrogates += surrogateHere ? 1 : 0;
        surrogateHere = false;
    }

    /** Counts byte-order marks that were removed inside a text. */
    public void byteOrderMarks(long count) {
        marks += count;
    }

    /** Counts a row that spans several lines, the first at {@code place}. */
    public void multilineRow(String place) {
        firstOverLines = overLines++ == 0 ? place : firstOverLines;
    }

    /** Counts a row that repeats the header, as in concatenated tables. */
    public void repeatedHeader(String place) {
        firstHeader = headers++ == 0 ? place : firstHeader;
    }

    /** Counts a row with fewer cells than the header. */
    public void shortRow(String place) {
        firstShortRow = shortRows++ == 0 ? place : firstShortRow;
    }

    /** Returns the names of the files without text. */
    public Set<String> withoutText() {
        return withoutText;
    }

    /** Returns how the files were interpreted, one line per kind of file. */
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

    /** Returns notes on what was left out or repaired, one sentence each; empty if nothing was. */
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
        add(notes, surrogates, "replaced lone surrogates (half a character) with U+FFFD in %s", "document");
        add(notes, marks, "removed %s (U+FEFF) inside the text", "byte-order mark");
        if (headers > 0) {
            notes.add(counted(headers, "row repeats", "rows repeat") + " the header, as in concatenated tables, and "
                    + (headers == 1 ? "was" : "were") + " read as text, the first at " + firstHeader);
        }
        if (overLines > 0) {
            notes.add(counted(overLines, "row spans", "rows span")
                    + " several lines inside quotation marks, the first starting at " + firstOverLines);
        }
        if (shortRows > 0) {
            notes.add(counted(shortRows, "row has", "rows have") + " fewer cells than the header, the first at "
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
        return Plural.of(count, noun);
    }

    static String counted(long count, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
    }
}
