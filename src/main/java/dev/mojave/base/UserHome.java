package dev.mojave.base;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The user's home folder. Java asks the system's list of users and answers {@code ?} for a number that has no name there, which is how
 * containers and clusters run programs; taken for a path, that is a folder {@code ?} in every working directory.
 */
public final class UserHome {
    private static final String PROPERTY = "user.home";

    private UserHome() {}

    /** Returns Java's idea of the folder, or else what {@code HOME} says, if either is a place. */
    static Optional<Path> known() {
        return known(System.getenv(), System.getProperty(PROPERTY, ""));
    }

    static Optional<Path> known(Map<String, String> environment, String property) {
        return absolute(property)
                .or(() -> absolute(environment.getOrDefault("HOME", ""))
                        // Containers set HOME to the root for users that have no name, and let them write nothing
                        // there.
                        .filter(home -> home.getParent() != null || Files.isWritable(home)));
    }

    /** Returns a path that is the same wherever the program is started, if the text is one. */
    static Optional<Path> absolute(String text) {
        try {
            return Optional.of(Path.of(text)).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * Tells libraries that keep files in the user's home folder where it is, if Java does not know: JavaCPP unpacks there, AWT keeps a list
     * of fonts.
     *
     * @throws Failure of kind ENVIRONMENT if nothing says where to keep files
     */
    public static void publish() {
        if (absolute(System.getProperty(PROPERTY, "")).isEmpty()) {
            System.setProperty(PROPERTY, known().orElseGet(MojaveHome::path).toString());
        }
    }
}
