package dev.mojave.base;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Where data sets and caches live: {@code MOJAVE_HOME}, or the folder that the system sets aside for caches. */
public final class MojaveHome {
    private MojaveHome() {}

    /**
     * Returns this process' folder; it need not exist yet.
     *
     * @throws Failure of kind ENVIRONMENT if nothing says where it is, USAGE if {@code MOJAVE_HOME} cannot be read
     */
    public static Path path() {
        return path(System.getenv(), System.getProperty("os.name", ""), UserHome.known());
    }

    /**
     * The rule: {@code MOJAVE_HOME} if set; else {@code mojave} under {@code LOCALAPPDATA} on Windows, under
     * {@code Library/Caches} on macOS, and under {@code XDG_CACHE_HOME} or {@code .cache} elsewhere. The system's variables count where they
     * are absolute, as their specification says.
     */
    static Path path(Map<String, String> environment, String system, Optional<Path> userHome) {
        String chosen = environment.getOrDefault("MOJAVE_HOME", "");
        if (chosen.indexOf('\uFFFD') >= 0) {
            throw Failure.usage(
                    "MOJAVE_HOME (%s) holds bytes that are no characters in this system's character set; name it in UTF-8",
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
                        "there is no home folder for data sets and caches: this user has none on this system, and HOME names none that"
                                + " can be used; set MOJAVE_HOME to a folder"));
    }
}
