package dev.mojave.data.store;

import dev.mojave.base.Failure;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.tree.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of a large store whose checksums have been verified, with their states at the time, kept in the store's folder so that
 * opening the store does not take minutes.
 */
final class VerifiedFiles {
    private static final String FILE = "verified.json";

    /**
     * The file's content.
     *
     * @param files states by file name: size, modification time and checksum
     */
    record States(Map<String, String> files) {
        States {
            files = Map.copyOf(files);
        }
    }

    private final Path file;
    private final boolean used;
    private final Map<String, String> states = new TreeMap<>();
    private boolean changed;

    VerifiedFiles(Path folder, boolean used) {
        this.file = folder.resolve(FILE);
        this.used = used;
        if (used && Files.isRegularFile(file)) {
            try {
                states.putAll(Json.read(file, States.class).files());
            } catch (Failure e) {
                // If it is unreadable, everything is verified again and the file is replaced.
                changed = true;
            }
        }
    }

    boolean contains(Path path, String sha256) throws IOException {
        return used && state(path, sha256).equals(states.get(String.valueOf(path.getFileName())));
    }

    void add(Path path, String sha256) throws IOException {
        if (used) {
            states.put(String.valueOf(path.getFileName()), state(path, sha256));
            changed = true;
        }
    }

    void save() {
        if (!used || !changed) {
            return;
        }
        try {
            AtomicFiles.write(file, Json.pretty(new States(states)));
        } catch (IOException e) {
            // A store in a read-only folder is verified whenever it is opened.
            changed = true;
        }
    }

    private static String state(Path path, String sha256) throws IOException {
        return Files.size(path) + " " + Files.getLastModifiedTime(path).toMillis() + " " + sha256;
    }
}
