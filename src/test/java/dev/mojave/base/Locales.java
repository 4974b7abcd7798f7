package dev.mojave.base;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Locales in which all output must be the same. */
public final class Locales {
    /** Locales with other digits (Arabic, Persian, Bengali, Marathi, Thai), other letter cases (Turkish), or a decimal comma (German). */
    public static final List<String> TAGS =
            List.of("ar-EG", "fa-IR", "bn-BD", "mr-IN", "th-TH-u-nu-thai", "tr-TR", "de-DE");

    private Locales() {}

    /** Runs work with that locale as the default. */
    public static <T> T under(String tag, Callable<T> work) throws Exception {
        Locale before = current();
        try {
            Locale.setDefault(Locale.forLanguageTag(tag));
            return work.call();
        } finally {
            Locale.setDefault(before);
        }
    }

    /** The default locale at the start of this JVM; reading it is forbidden elsewhere (tools/forbidden.txt). */
    private static Locale current() {
        return Locale.of(System.getProperty("user.language", "en"), System.getProperty("user.country", ""));
    }
}
