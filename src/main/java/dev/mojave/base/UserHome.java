package dev.mojave.base;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The user's home folder. Java looks it up in the system's list of users and returns {@code ?} for a user id without an entry, which is how
 * containers and clusters often run programs; used as a path, this would be a folder {@code ?} in every working directory.
 */
public final class UserHome {
    private static final String PROPERTY = "user.home";

    private UserHome() {}

    /** Returns the folder that Java reports, or otherwise {@code HOME}, if either is an absolute path. */
    static Optional<Path> known() {
        return known(System.getenv(), System.getProperty(PROPERTY, ""));
    }

    static Optional<Path> known(Map<String, String> environment, String property) {
        return absolute(property)
                .or(() -> absolute(environment.getOrDefault("HOME", ""))
                        // Containers set HOME to the root folder for users without an entry, who cannot write
                        // there.
                        .filter(home -> home.getParent() != null || Files.isWritable(home)));
    }

    /** Returns the text as a path, if it is an absolute one. */
    static Optional<Path> absolute(String text) {
        try {
            return Optional.of(Path.of(text)).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * Sets the home folder for libraries that keep files there, if Java does not know it: JavaCPP unpacks libraries there, and AWT keeps a
     * list of fonts.
     *
     * @throws Failure of kind ENVIRONMENT if there is no suitable folder
     */
    public static void publish() {
        if (absolute(System.getProperty(PROPERTY, "")).isEmpty()) {
            System.setProperty(PROPERTY, known().orElseGet(MojaveHome::path).toString());
        }
    }
}
