package dev.mojave.base;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The folder of data sets and caches: {@code MOJAVE_HOME}, or the system's folder for caches. */
public final class MojaveHome {
    private MojaveHome() {}

    /**
     * Returns the folder of this process; it need not exist yet.
     *
     * @throws Failure of kind ENVIRONMENT if there is no suitable folder, and of kind USAGE if {@code MOJAVE_HOME} cannot be decoded
     */
    public static Path path() {
        return path(System.getenv(), System.getProperty("os.name", ""), UserHome.known());
    }

    /**
     * Returns {@code MOJAVE_HOME} if it is set; otherwise the folder {@code mojave} in {@code LOCALAPPDATA} on Windows, in
     * {@code Library/Caches} on macOS, and in {@code XDG_CACHE_HOME} or {@code .cache} elsewhere. The system's variables are ignored unless
     * they are absolute paths, as their specification requires.
     */
    static Path path(Map<String, String> environment, String system, Optional<Path> userHome) {
        String chosen = environment.getOrDefault("MOJAVE_HOME", "");
        if (chosen.indexOf('\uFFFD') >= 0) {
            throw Failure.usage(
                    "MOJAVE_HOME (%s) contains bytes that are invalid in this system's character set; use a name in UTF-8",
                    chosen);
        }
        if (!chosen.isBlank()) {
            return Path.of(chosen).toAbsolutePath().normalize();
        }
        String name = system.toLowerCase(Locale.ROOT);
        Optional<Path> caches;
        if (name.startsWith("windows")) {
            caches = UserHome.absolute(environment.getOrDefault("LOCALAPPDATA", ""))
                    .or(() -> userHome.map(home -> home.resolve("AppData").resolve("Local")));
        } else if (name.startsWith("mac")) {
            caches = userHome.map(home -> home.resolve("Library").resolve("Caches"));
        } else {
            caches = UserHome.absolute(environment.getOrDefault("XDG_CACHE_HOME", ""))
                    .or(() -> userHome.map(home -> home.resolve(".cache")));
        }
        return caches.map(folder -> folder.resolve("mojave"))
                .orElseThrow(() -> Failure.environment(
                        "there is no folder for data sets and caches: this user has no home folder on this system, and HOME is not a"
                                + " usable folder; set MOJAVE_HOME to a folder"));
    }
}
