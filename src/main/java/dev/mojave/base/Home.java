package dev.mojave.base;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where Mojave keeps data sets, caches and logs that outlive a run: {@code MOJAVE_HOME}, or the user's cache directory. */
public final class Home {
    private Home() {}

    /** Returns the folder for this user; it need not exist yet. */
    public static Path directory() {
        return directory(System::getenv, System.getProperty("os.name", ""), System.getProperty("user.home", "."));
    }

    /**
     * The rule behind {@link #directory()}: {@code MOJAVE_HOME}; else {@code mojave} under {@code XDG_CACHE_HOME},
     * {@code ~/Library/Caches} (macOS), {@code LOCALAPPDATA} (Windows) or {@code ~/.cache}.
     */
    static Path directory(UnaryOperator<@Nullable String> environment, String system, String userHome) {
        String own = environment.apply("MOJAVE_HOME");
        if (own != null && !own.isBlank()) {
            return Path.of(own);
        }
        String cache = environment.apply("XDG_CACHE_HOME");
        if (cache != null && !cache.isBlank()) {
            return Path.of(cache, "mojave");
        }
        String name = system.toLowerCase(Locale.ROOT);
        String local = environment.apply("LOCALAPPDATA");
        if (name.startsWith("windows") && local != null) {
            return Path.of(local, "mojave");
        }
        return name.startsWith("mac")
                ? Path.of(userHome, "Library", "Caches", "mojave")
                : Path.of(userHome, ".cache", "mojave");
    }
}
