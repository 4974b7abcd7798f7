package dev.mojave.data.corpus;

import java.util.ArrayList;
import java.util.List;

/** The first lines of a corpus, by which a person can recognise it. */
public final class CorpusPreview {
    private static final int LINES = 5;
    private static final int WIDTH = 100;

    private CorpusPreview() {}

    /** Stops reading once there are enough lines. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super("enough lines", null, false, false);
        }
    }

    /**
     * Returns the first five lines of a corpus that are not blank, each shortened to 100 characters; the rest of the corpus is not read.
     */
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
