package dev.mojave.run.checkpoint;

import dev.mojave.base.Failure;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.Folders;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.tree.Json;
import dev.mojave.interop.safetensors.SafeEntry;
import dev.mojave.interop.safetensors.SafetensorsWriter;
import dev.mojave.run.folder.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The checkpoints of one run: folders {@code step-N}, and the pointer files {@code last} and {@code best}, which contain a
 * folder's name. A checkpoint is written to a temporary folder, forced to disk and renamed, and the pointers are replaced
 * atomically. So a pointer always names a complete checkpoint, even after {@code kill -9} or a full disk. Only the holder of the
 * run's lock may save.
 */
public final class Checkpoints {
    private static final Pattern STEP = Pattern.compile("step-(\\d{1,18})");
    private static final String TEMPORARY = ".saving-";
    private static final String REPLACED = ".replaced-";

    /** The pointer files. */
    private enum Pointer {
        LAST("last"),
        BEST("best");

        private final String file;

        Pointer(String file) {
            this.file = file;
        }
    }

    /**
     * The content of a checkpoint.
     *
     * @param weights the model's parameters
     * @param optimizer the optimiser's tensors
     * @param state everything else that a run needs to resume
     * @param config the model's config.json, with Hugging Face's keys
     */
    public record Content(
            Collection<SafeEntry> weights, Collection<SafeEntry> optimizer, TrainState state, ObjectNode config) {}

    /** Writes tensors to a file; tests replace it to simulate a full disk. */
    interface TensorWriter {
        void write(Path file, Collection<SafeEntry> entries, Map<String, String> metadata) throws IOException;
    }

    private final Path folder;
    private final TensorWriter writer;

    /** Manages the checkpoints in a folder, which need not exist yet. */
    public Checkpoints(Path folder) {
        this(folder, SafetensorsWriter::write);
    }

    Checkpoints(Path folder, TensorWriter writer) {
        this.folder = folder;
        this.writer = writer;
    }

    /**
     * Saves a checkpoint as {@code last}, and as {@code best} if requested, then removes all but the newest {@code keep}, {@code
     * last} and {@code best}.
     *
     * @return the checkpoint's folder
     * @throws Failure of kind ENVIRONMENT if the disk is full; earlier checkpoints and {@code last} are then unchanged
     */
    public Path save(Content content, boolean best, int keep) {
        String name = "step-" + content.state().step();
        Path temporary = folder.resolve(TEMPORARY + name);
        try {
            Files.createDirectories(folder);
            tidy();
            Files.createDirectory(temporary);
            writeFiles(temporary, content);
            replace(temporary, folder.resolve(name));
            point(Pointer.LAST, name);
            if (best) {
                point(Pointer.BEST, name);
            }
            retain(keep);
            return folder.resolve(name);
        } catch (IOException e) {
            remove(temporary);
            Failure failure = IoFailures.of("save the checkpoint", folder.resolve(name), e);
            // The rename comes last, so earlier checkpoints are untouched.
            String kept =
                    last().map(step -> "; step-" + step + " is still complete").orElse("");
            throw failure.with(kept);
        }
    }

    private void writeFiles(Path temporary, Content content) throws IOException {
        AtomicFiles.write(temporary.resolve(CheckpointFiles.CONFIG), Json.pretty(content.config()) + "\n");
        writer.write(temporary.resolve(CheckpointFiles.WEIGHTS), content.weights(), Map.of());
        writer.write(temporary.resolve(CheckpointFiles.OPTIMIZER), content.optimizer(), Map.of());
        AtomicFiles.write(temporary.resolve(CheckpointFiles.STATE), Json.pretty(content.state()) + "\n");
        CheckpointFiles.writeSums(temporary);
        AtomicFiles.forceDirectory(temporary);
    }

    /**
     * Moves a complete folder into place. An existing one (of a step that is saved twice) is first moved aside; if this process
     * dies in between, {@link #tidy} restores it.
     */
    private void replace(Path temporary, Path target) throws IOException {
        Path aside = folder.resolve(REPLACED + target.getFileName());
        if (Files.exists(target)) {
            Files.move(target, aside, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        AtomicFiles.forceDirectory(folder);
        Folders.delete(aside);
    }

    /**
     * Cleans up after a process that was killed while saving; {@link RunFolder#lock} does this whenever a process locks the run.
     */
    public void recover() {
        try {
            tidy();
        } catch (IOException e) {
            throw IoFailures.of("clean up the checkpoints", folder, e);
        }
    }

    private void tidy() throws IOException {
        for (Path path : list()) {
            String name = String.valueOf(path.getFileName());
            if (name.startsWith(TEMPORARY)) {
                Folders.delete(path);
            } else if (name.startsWith(REPLACED)) {
                Path place = folder.resolve(name.substring(REPLACED.length()));
                if (Files.exists(place)) {
                    Folders.delete(path);
                } else {
                    Files.move(path, place, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }
    }

    private void point(Pointer pointer, String name) throws IOException {
        AtomicFiles.write(folder.resolve(pointer.file), name + "\n");
    }

    private void retain(int keep) throws IOException {
        Set<Long> kept = new HashSet<>();
        last().ifPresent(kept::add);
        best().ifPresent(kept::add);
        List<Long> steps = steps();
        kept.addAll(steps.subList(Math.max(0, steps.size() - keep), steps.size()));
        for (long step : steps) {
            if (!kept.contains(step)) {
                Path gone = folder.resolve(TEMPORARY + "step-" + step);
                Files.move(folder.resolve("step-" + step), gone, StandardCopyOption.ATOMIC_MOVE);
                Folders.delete(gone);
            }
        }
    }

    private static void remove(Path temporary) {
        try {
            Folders.delete(temporary);
        } catch (IOException e) {
            // The next save removes it; the original failure is the one to report.
        }
    }

    /** Returns the steps that have a checkpoint, ascending. */
    public List<Long> steps() {
        List<Long> steps = new ArrayList<>();
        try {
            for (Path path : list()) {
                Matcher matcher = STEP.matcher(String.valueOf(path.getFileName()));
                if (matcher.matches() && Files.isDirectory(path)) {
                    steps.add(Long.parseLong(matcher.group(1)));
                }
            }
        } catch (IOException e) {
            throw IoFailures.of("list the checkpoints", folder, e);
        }
        steps.sort(Comparator.naturalOrder());
        return steps;
    }

    private List<Path> list() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.toList();
        }
    }

    /**
     * Returns the step to resume from: the one that {@code last} names, or the newest one if that folder was removed, for example
     * because it was damaged; empty if there is no checkpoint.
     */
    public Optional<Long> last() {
        List<Long> steps = steps();
        Optional<Long> newest = steps.isEmpty() ? Optional.empty() : Optional.of(steps.getLast());
        return pointed(Pointer.LAST).filter(steps::contains).or(() -> newest);
    }

    /** Returns the step with the best validation loss; empty if its checkpoint does not exist. */
    public Optional<Long> best() {
        return pointed(Pointer.BEST).filter(steps()::contains);
    }

    private Optional<Long> pointed(Pointer pointer) {
        Path file = folder.resolve(pointer.file);
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            Matcher matcher = STEP.matcher(Files.readString(file).strip());
            if (!matcher.matches()) {
                throw Failure.data(
                        "%s does not contain the name of a checkpoint; write one of %s into it", file, names());
            }
            return Optional.of(Long.parseLong(matcher.group(1)));
        } catch (IOException e) {
            throw IoFailures.of("read the checkpoint", file, e);
        }
    }

    private List<String> names() {
        return steps().stream().map(step -> "step-" + step).toList();
    }

    /**
     * Opens the checkpoint of a step for resuming, after checking every file.
     *
     * @throws Failure of kind DATA that names the damaged file, the expected and the found content, and the newest older
     *     checkpoint that is undamaged
     */
    public Checkpoint open(long step) {
        return open(step, true);
    }

    /** Opens only the model of a checkpoint; files that only training needs are neither checked nor opened. */
    public Checkpoint openModel(long step) {
        return open(step, false);
    }

    /** Returns the path of a step's weights, which need not exist. */
    public Path weights(long step) {
        return path(step).resolve(CheckpointFiles.WEIGHTS);
    }

    /** Returns the path of the optimiser's state at a step, which need not exist. */
    public Path optimizer(long step) {
        return path(step).resolve(CheckpointFiles.OPTIMIZER);
    }

    /**
     * Reads the state at a step.
     *
     * @throws Failure of kind DATA if it is damaged or has an unsupported format version
     */
    public TrainState state(long step) {
        return TrainState.read(path(step).resolve(CheckpointFiles.STATE));
    }

    private Path path(long step) {
        return folder.resolve("step-" + step);
    }

    /** Returns the SHA-256 of a checkpoint's weights file as it is now. */
    public String weightsSha256(long step) {
        Path file = weights(step);
        try {
            return Hashes.sha256(file);
        } catch (IOException e) {
            throw IoFailures.of("read the checkpoint", file, e);
        }
    }

    /**
     * Returns a message about the first file of a checkpoint that has changed since it was saved; empty if none has.
     *
     * @throws Failure of kind DATA if a file is missing or unreadable
     */
    public Optional<String> changed(long step) {
        return CheckpointFiles.changed(path(step), CheckpointFiles.CHECKED);
    }

    private Checkpoint open(long step, boolean training) {
        Path place = path(step);
        if (!Files.isDirectory(place)) {
            throw Failure.data(
                    "%s does not exist; existing checkpoints: %s",
                    place, names().isEmpty() ? "none" : String.join(", ", names()));
        }
        try {
            return Checkpoint.open(place, training);
        } catch (Failure e) {
            if (e.kind() != Failure.Kind.DATA) {
                // The checkpoint may be intact but inaccessible, so do not advise removing it.
                throw e;
            }
            String remedy = olderWhole(step)
                    .map(older -> "step-" + older + " is undamaged; remove " + place + " to resume from there")
                    .orElse("no older checkpoint is undamaged; train again with --overwrite");
            throw Failure.data("%s; %s", String.valueOf(e.getMessage()), remedy).because(e);
        }
    }

    private Optional<Long> olderWhole(long step) {
        return steps().stream()
                .filter(older -> older < step)
                .sorted(Comparator.reverseOrder())
                .filter(older -> {
                    try {
                        CheckpointFiles.verify(folder.resolve("step-" + older), CheckpointFiles.CHECKED);
                        return true;
                    } catch (Failure e) {
                        return false;
                    }
                })
                .findFirst();
    }
}
