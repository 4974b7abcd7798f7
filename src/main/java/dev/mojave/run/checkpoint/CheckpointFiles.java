package dev.mojave.run.checkpoint;

import dev.mojave.base.Failure;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.files.IoFailures;
import dev.mojave.interop.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The files of a checkpoint's folder, and the checksums that detect changes to them. */
final class CheckpointFiles {
    static final String CONFIG = "config.json";
    static final String WEIGHTS = "model.safetensors";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String STATE = "state.json";
    static final String SUMS = "SHA256SUMS";
    static final List<String> CHECKED = List.of(CONFIG, WEIGHTS, OPTIMIZER, STATE);

    /**
     * The files needed to use a model without training it further: this skips the moments, which are twice as large as the
     * weights.
     */
    static final List<String> OF_MODEL = List.of(CONFIG, WEIGHTS, STATE);

    private CheckpointFiles() {}

    /** Writes SHA256SUMS, in the format of {@code sha256sum}, for all files of the checkpoint. */
    static void writeSums(Path folder) throws IOException {
        StringBuilder sums = new StringBuilder();
        for (String name : CHECKED) {
            sums.append(Hashes.sha256(folder.resolve(name)))
                    .append("  ")
                    .append(name)
                    .append('\n');
        }
        AtomicFiles.write(folder.resolve(SUMS), sums.toString());
    }

    /**
     * Checks that files exist and are complete and unchanged.
     *
     * @param names {@link #CHECKED} or {@link #OF_MODEL}
     * @throws Failure of kind DATA that names the file, what was expected and what was found
     */
    static void verify(Path folder, List<String> names) {
        changed(folder, names).ifPresent(what -> {
            throw Failure.data("%s", what);
        });
    }

    /**
     * Returns a message about the first file whose content differs from what was saved; empty if there is none. A missing or
     * truncated file fails as in {@link #verify}.
     */
    static Optional<String> changed(Path folder, List<String> names) {
        if (!Files.isDirectory(folder)) {
            throw Failure.data("%s does not exist", folder);
        }
        Map<String, String> sums = sums(folder.resolve(SUMS));
        for (String name : names) {
            Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) {
                throw Failure.data("%s is missing", file);
            }
            if (name.endsWith(".safetensors")) {
                // First, because this distinguishes a truncated file from one whose content changed.
                SafetensorsFile.open(file).close();
            }
            try {
                String found = Hashes.sha256(file);
                if (!found.equals(sums.get(name))) {
                    return Optional.of(file + " has changed since it was saved: expected SHA-256 "
                            + sums.getOrDefault(name, "(none)") + ", found " + found);
                }
            } catch (IOException e) {
                throw IoFailures.of("read the checkpoint", file, e);
            }
        }
        return Optional.empty();
    }

    private static Map<String, String> sums(Path file) {
        Map<String, String> sums = new TreeMap<>();
        try {
            if (!Files.isRegularFile(file)) {
                throw Failure.data("%s is missing", file);
            }
            for (String line : Files.readAllLines(file)) {
                String[] parts = line.split(" {2}", 2);
                if (parts.length != 2 || parts[0].length() != 64) {
                    throw Failure.data("%s: '%s' is not a checksum line in the format of sha256sum", file, line);
                }
                sums.put(parts[1], parts[0]);
            }
        } catch (java.nio.charset.CharacterCodingException e) {
            throw Failure.data("%s is not text", file).because(e);
        } catch (IOException e) {
            throw IoFailures.of("read the checkpoint", file, e);
        }
        return sums;
    }
}
