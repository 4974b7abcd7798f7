package dev.mojave.base;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Where data sets and caches live: {@code MOJAVE_HOME}, or the folder that the system sets aside for caches. */
public final class MojaveHome {
    private MojaveHome() {}

    /** Returns this process' folder; it need not exist yet. */
    public static Path path() {
        return path(System.getenv(), System.getProperty("os.name", ""), Path.of(System.getProperty("user.home", ".")));
    }

    /**
     * The rule: {@code MOJAVE_HOME} if set; else {@code mojave} under {@code LOCALAPPDATA} on Windows, under
     * {@code Library/Caches} on macOS, and under {@code XDG_CACHE_HOME} or {@code .cache} elsewhere.
     */
    static Path path(Map<String, String> environment, String system, Path userHome) {
        String chosen = environment.getOrDefault("MOJAVE_HOME", "");
        if (!chosen.isBlank()) {
            return Path.of(chosen).toAbsolutePath().normalize();
        }
        String name = system.toLowerCase(Locale.ROOT);
        if (name.startsWith("windows")) {
            return folder(
                    environment, "LOCALAPPDATA", userHome.resolve("AppData").resolve("Local"));
        }
        if (name.startsWith("mac")) {
            return userHome.resolve("Library").resolve("Caches").resolve("mojave");
        }
        return folder(environment, "XDG_CACHE_HOME", userHome.resolve(".cache"));
    }

    private static Path folder(Map<String, String> environment, String variable, Path otherwise) {
        String value = environment.getOrDefault(variable, "");
        return (value.isBlank() ? otherwise : Path.of(value)).resolve("mojave");
    }
}
