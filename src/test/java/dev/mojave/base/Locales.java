package dev.mojave.base;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Languages of the machine under which what is written must be the same. */
public final class Locales {
    /** Other digits (Arabic, Persian, Bengali, Marathi, Thai), other letter cases (Turkish), a decimal comma (German). */
    public static final List<String> TAGS =
            List.of("ar-EG", "fa-IR", "bn-BD", "mr-IN", "th-TH-u-nu-thai", "tr-TR", "de-DE");

    private Locales() {}

    /** Runs work on a machine of that language. */
    public static <T> T under(String tag, Callable<T> work) throws Exception {
        Locale before = current();
        try {
            Locale.setDefault(Locale.forLanguageTag(tag));
            return work.call();
        } finally {
            Locale.setDefault(before);
        }
    }

    /** The locale that this JVM began with; asking for the default one is what nobody does here (tools/forbidden.txt). */
    private static Locale current() {
        return Locale.of(System.getProperty("user.language", "en"), System.getProperty("user.country", ""));
    }
}
