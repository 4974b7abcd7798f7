package dev.mojave.result.study;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something about a result that its readers should know or act on.
 *
 * @param finding kind of finding, a word such as {@code undertrained} that programs can look for
 * @param severity how much it matters
 * @param value observed value; null if no number is involved
 * @param threshold threshold that the value was compared with; null if no number is involved
 * @param remedy a sentence that describes the problem and what to do about it
 */
public record Finding(
        String finding,
        Severity severity,
        @Nullable Double value,
        @Nullable Double threshold,
        String remedy) {

    /** How much a finding matters. */
    public enum Severity {
        /** The finding is good to know. */
        INFO,
        /** The result may mislead. */
        WARNING,
        /** Something is missing or broken. */
        ERROR;

        /** Returns the word used in JSON. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Creates a finding that involves no number. */
    public Finding(String finding, Severity severity, String remedy) {
        this(finding, severity, null, null, remedy);
    }
}
