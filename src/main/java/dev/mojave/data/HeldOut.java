package dev.mojave.data;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.mojave.base.Check;
import dev.mojave.base.Suggest;
import java.util.List;
import java.util.Map;

/**
 * The part of a corpus that is held out, written in a recipe as {@code {tail: 0.1}} or {@code {documents: 0.05}}.
 *
 * @param by how the held-out text is chosen
 * @param fraction the held-out fraction of the characters (tail) or of the documents, in [0, 1)
 */
public record HeldOut(By by, double fraction) {
    /** How the held-out text is chosen. */
    public enum By {
        /** The end of the running text: its last characters, or the documents that start there. */
        TAIL("tail"),
        /** Documents chosen by a seeded hash, wherever they are in the corpus. */
        DOCUMENTS("documents");

        private final String key;

        By(String key) {
            this.key = key;
        }

        /** Returns the name used in recipes. */
        public String key() {
            return key;
        }
    }

    /** Checks the fraction. */
    public HeldOut {
        Check.that(
                fraction >= 0 && fraction < 1,
                "%s: %s is not a fraction; it must be at least 0 and below 1, such as 0.1 for a tenth",
                by.key(),
                fraction);
    }

    /** Holds out the end of the running text. */
    public static HeldOut tail(double fraction) {
        return new HeldOut(By.TAIL, fraction);
    }

    /** Holds out documents by a seeded hash. */
    public static HeldOut documents(double fraction) {
        return new HeldOut(By.DOCUMENTS, fraction);
    }

    /** Returns whether nothing is held out. */
    public boolean isNothing() {
        return fraction == 0;
    }

    /** Parses the notation used in recipes. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static HeldOut of(Map<String, Double> notation) {
        Check.that(
                notation.size() == 1,
                "expected one of {tail: F} (the end of the text) and {documents: F} (documents by hash), found the keys %s",
                notation.keySet());
        Map.Entry<String, Double> entry = notation.entrySet().iterator().next();
        return switch (entry.getKey()) {
            case "tail" -> tail(entry.getValue());
            case "documents" -> documents(entry.getValue());
            default ->
                throw new IllegalArgumentException("unknown key '" + entry.getKey() + "'; known: tail, documents"
                        + Suggest.didYouMean(entry.getKey(), List.of("tail", "documents")));
        };
    }

    /** Returns the notation used in recipes. */
    @JsonValue
    Map<String, Double> notation() {
        return Map.of(by.key(), fraction);
    }
}
