package dev.mojave.result.study;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something about a result that whoever reads it should know or act on.
 *
 * @param finding its kind, a word such as {@code undertrained} that programs can look for
 * @param severity how much it matters
 * @param value what was seen, where it is a number
 * @param threshold what the value was held against
 * @param remedy what to do, and about what, in a sentence
 */
public record Finding(
        String finding,
        Severity severity,
        @Nullable Double value,
        @Nullable Double threshold,
        String remedy) {

    /** How much a finding matters. */
    public enum Severity {
        /** Good to know. */
        INFO,
        /** The result may mislead. */
        WARNING,
        /** Something is missing or broken. */
        ERROR;

        /** Returns the word that JSON has. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A finding that no number decides. */
    public Finding(String finding, Severity severity, String remedy) {
        this(finding, severity, null, null, remedy);
    }
}
