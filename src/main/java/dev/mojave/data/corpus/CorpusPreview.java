package dev.mojave.data.corpus;

import java.util.ArrayList;
import java.util.List;

/** The first lines of a corpus, for a person to recognise it by. */
public final class CorpusPreview {
    private static final int LINES = 5;
    private static final int WIDTH = 100;

    private CorpusPreview() {}

    /** Ends the reading once enough has been seen. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super("enough lines", null, false, false);
        }
    }

    /** Returns the first lines of the corpus's first documents, shortened; the rest is not read. */
    public static List<String> of(Corpus corpus) {
        List<String> lines = new ArrayList<>();
        try {
            corpus.read(part -> {
                part.text()
                        .lines()
                        .filter(line -> !line.isBlank())
                        .limit(LINES)
                        .forEach(line -> lines.add(shortened(line)));
                if (lines.size() >= LINES) {
                    throw new Enough();
                }
            });
        } catch (Enough e) {
            return lines.subList(0, LINES);
        }
        return lines;
    }

    private static String shortened(String line) {
        int end = line.length() <= WIDTH
                ? line.length()
                : line.offsetByCodePoints(0, Math.min(WIDTH, line.codePointCount(0, line.length())));
        return end == line.length() ? line : line.substring(0, end) + "…";
    }
}
