package dev.mojave.run.folder;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.Folders;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.files.Staging;
import dev.mojave.base.process.ShellWord;
import dev.mojave.base.tree.Json;
import dev.mojave.data.DataSpec;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.interop.ModelFolder;
import dev.mojave.result.ExpertProfiles;
import dev.mojave.result.Provenance;
import dev.mojave.run.checkpoint.Checkpoints;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.RunNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A run's folder: recipe.yaml, tokenizer.json, special_tokens.json (of an imported model), provenance.json, metrics.jsonl,
 * tensorboard/, samples.txt, experts.json (of a mixture), status.json and checkpoints/. It is self-contained and can be moved. A
 * process that trains in it must hold its {@link #lock()}.
 */
public final class RunFolder {
    /** The file of the resolved recipe. */
    public static final String RECIPE = "recipe.yaml";

    private static final String STATUS = "status.json";
    /** The file of the tokenizer. */
    public static final String TOKENIZER = "tokenizer.json";

    private static final String PROVENANCE = "provenance.json";
    private static final String SPECIAL_TOKENS = "special_tokens.json";
    private static final String EXPERTS = "experts.json";

    private final Path path;

    private RunFolder(Path path) {
        this.path = path;
    }

    /** Returns the path of a run of this name under an output folder. */
    public static Path path(Path output, String name) {
        RunNames.check(name);
        return output.resolve(name);
    }

    /** Returns whether a run of this name exists. */
    public static boolean exists(Path output, String name) {
        return isRun(path(output, name));
    }

    /** Returns whether a folder is a run: it has a recipe or a status, and no trials. */
    public static boolean isRun(Path folder) {
        return !Files.isDirectory(folder.resolve("trials"))
                && (Files.isRegularFile(folder.resolve(RECIPE)) || Files.isRegularFile(folder.resolve(STATUS)));
    }

    /** Returns the folder of a run that is yet to be created. */
    public static RunFolder planned(Path output, String name) {
        return new RunFolder(path(output, name));
    }

    /**
     * Creates the folder of a new run.
     *
     * @param overwrite whether to delete an existing run of that name first; a folder that is not a run is never deleted
     * @throws Failure of kind USAGE if the name is taken, in use, or the folder cannot be written
     */
    public static RunFolder create(Path output, String name, boolean overwrite) {
        Path path = path(output, name);
        try {
            Files.createDirectories(output);
            requireFree(path, overwrite);
            if (Files.exists(path) && !isEmpty(path)) {
                Folders.delete(path);
            }
            Files.createDirectories(path);
            return new RunFolder(path);
        } catch (IOException e) {
            throw IoFailures.of("create the run folder", path, e);
        }
    }

    /** Writes a run atomically: an existing run is replaced only after {@code content} has returned. */
    public static RunFolder create(Path output, String name, boolean overwrite, Consumer<RunFolder> content) {
        Path path = path(output, name);
        try {
            requireFree(path, overwrite);
            try (Staging staging = Staging.folder(path, true)) {
                content.accept(new RunFolder(staging.place()));
                requireFree(path, overwrite);
                staging.publish();
            }
            return new RunFolder(path);
        } catch (IOException e) {
            throw IoFailures.of("create the run folder", path, e);
        }
    }

    private static void requireFree(Path path, boolean overwrite) throws IOException {
        if (Files.exists(path) && !isEmpty(path)) {
            if (!overwrite || !isRun(path)) {
                throw taken(path, isRun(path));
            }
            // Released before the deletion, since some systems cannot delete an open file.
            RunLock.take(path).close();
        }
    }

    /**
     * Creates the folder of a run that another process will train, unless it exists.
     *
     * @throws Failure of kind USAGE if the folder cannot be written
     */
    public static RunFolder prepare(Path folder) {
        try {
            Files.createDirectories(folder);
            return new RunFolder(folder);
        } catch (IOException e) {
            throw IoFailures.of("create the run folder", folder, e);
        }
    }

    /** Returns whether training has begun; until then there is only a recipe. */
    public boolean begun() {
        return Files.exists(path.resolve(PROVENANCE));
    }

    private static boolean isEmpty(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> content = Files.list(folder)) {
            return content.allMatch(file -> file.endsWith(RunLock.FILE));
        }
    }

    private static Failure taken(Path path, boolean run) {
        return run
                ? Failure.usage(
                        "%s already exists; continue it with --resume auto, choose another --name, or replace it with --overwrite",
                        path)
                : Failure.usage("%s already exists and is not a run; choose another --name or --output", path);
    }

    /**
     * Opens an existing run.
     *
     * @throws Failure of kind USAGE if the folder is not a run
     */
    public static RunFolder open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw Failure.usage(
                    "%s is not a run: %s; list runs with: mojave runs",
                    folder, Files.exists(folder) ? "it is a file" : "there is no such folder");
        }
        if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
            throw Failure.usage("cannot open the run %s: permission denied; check its owner and mode", folder);
        }
        if (!isRun(folder)) {
            if (ModelFolder.isModel(folder)) {
                throw Failure.usage(
                        "%s is the folder of a model, not of a run; import it as a run with: mojave import %s",
                        folder, ShellWord.of(folder));
            }
            throw Failure.usage("%s is not a run: it has no %s; list runs with: mojave runs", folder, RECIPE);
        }
        return new RunFolder(folder);
    }

    /** Locks the folder for this process until the lock is closed, and cleans up after a process that was killed. */
    public RunLock lock() {
        RunLock lock = RunLock.take(path);
        try {
            checkpoints().recover();
            return lock;
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Returns the folder. */
    public Path path() {
        return path;
    }

    /** Returns the run's name. */
    public String name() {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    /** Returns the path of metrics.jsonl. */
    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    /** Returns the run's checkpoints. */
    public Checkpoints checkpoints() {
        return new Checkpoints(path.resolve("checkpoints"));
    }

    /** Returns the run's text samples. */
    public Samples samples() {
        return new Samples(path.resolve("samples.txt"));
    }

    /** Reads the resolved recipe. */
    public Recipe recipe() {
        return Recipe.read(path.resolve(RECIPE));
    }

    /**
     * Returns the recipe's data section, valid wherever the folder is: a tokenizer file is replaced by the run's identical copy.
     */
    public DataSpec data() {
        return RunData.in(this);
    }

    /**
     * Returns the data section for another source, to be read as this run read its own: with the same tokenizer, letter case and
     * rows.
     */
    public DataSpec data(String source) {
        return RunData.in(this, source);
    }

    /** Writes the resolved recipe. */
    public void write(Recipe recipe) {
        write(RECIPE, recipe.yaml());
    }

    /**
     * Reads the tokenizer.
     *
     * @throws Failure of kind DATA if the folder has no tokenizer
     */
    public Tokenizer tokenizer() {
        return findTokenizer()
                .orElseThrow(() -> Failure.data(
                        "%s has no tokenizer.json; add one, or import the model again with --tokenizer", path));
    }

    /** Reads the tokenizer; empty if there is none, as for a model that was imported without one. */
    public Optional<Tokenizer> findTokenizer() {
        Path file = path.resolve(TOKENIZER);
        return Files.exists(file) ? Optional.of(Tokenizers.read(file)) : Optional.empty();
    }

    /** Writes the tokenizer, which makes the folder self-contained. */
    public void write(Tokenizer tokenizer) {
        write(TOKENIZER, tokenizer.toJson());
        Tokenizers.config(tokenizer).ifPresent(config -> write(Tokenizers.CONFIG, config));
    }

    /** Reads which tokens begin and end texts of an imported model; empty for a model that Mojave trained from scratch. */
    public Optional<SpecialTokens> findSpecialTokens() {
        Path file = path.resolve(SPECIAL_TOKENS);
        return Files.exists(file) ? Optional.of(Json.read(file, SpecialTokens.class)) : Optional.empty();
    }

    /**
     * Returns which tokens begin and end texts.
     *
     * @throws Failure of kind DATA if special_tokens.json is damaged
     */
    public SpecialTokens specialTokens(Tokenizer tokenizer) {
        SpecialTokens tokens = findSpecialTokens().orElseGet(() -> SpecialTokens.of(tokenizer));
        int embeddings = recipe().model().vocabSize();
        Stream.of(tokens.ends(), tokens.begin(), List.of(tokens.start()))
                .flatMap(List::stream)
                .filter(id -> id < 0 || id >= embeddings)
                .findFirst()
                .ifPresent(id -> {
                    throw Failure.data(
                            "%s names token %d, but the model's ids are 0 to %d; import the model again",
                            path.resolve(SPECIAL_TOKENS), id, embeddings - 1);
                });
        return tokens;
    }

    /** Writes which tokens begin and end texts. */
    public void write(SpecialTokens tokens) {
        write(SPECIAL_TOKENS, Json.pretty(tokens) + "\n");
    }

    /** Reads the run's provenance. */
    public Provenance provenance() {
        return Json.read(path.resolve(PROVENANCE), Provenance.class);
    }

    /** Writes the run's provenance. */
    public void write(Provenance provenance) {
        write(PROVENANCE, Json.pretty(provenance) + "\n");
    }

    /**
     * Reads the profiles of the experts after training; {@link ExpertProfiles#NONE} for a dense model and before training has
     * ended.
     */
    public ExpertProfiles experts() {
        Path file = path.resolve(EXPERTS);
        return Files.exists(file) ? Json.read(file, ExpertProfiles.class) : ExpertProfiles.NONE;
    }

    /** Writes the profiles of the experts after training. */
    public void write(ExpertProfiles experts) {
        write(EXPERTS, Json.pretty(experts) + "\n");
    }

    /** Writes the run's status. */
    public void write(Status status) {
        write(STATUS, Json.pretty(status) + "\n");
    }

    /**
     * Returns the run's status. If status.json says that it is running but no process holds its lock, it was terminated from
     * outside ({@code kill -9}, a power failure), and its status is interrupted.
     */
    public Status status() {
        Optional<Status> said = lastWord();
        if (said.isEmpty()) {
            if (RunLock.isHeld(path)) {
                return new Status(Status.State.RUNNING, null, 0, 0, "", Map.of());
            }
            return begun()
                    ? new Status(Status.State.INTERRUPTED, "it ended before the first step", 0, 0, "", Map.of())
                    : new Status(Status.State.WAITING, "not begun", 0, 0, "", Map.of());
        }
        return said.get().state() == Status.State.RUNNING && !RunLock.isHeld(path)
                ? said.get()
                        .with(Status.State.INTERRUPTED, "its process ended unexpectedly; --resume auto continues it")
                : said.get();
    }

    /**
     * Returns the content of status.json, without checking whether the run's process is alive; empty if the file does not exist
     * yet.
     */
    public Optional<Status> lastWord() {
        Path file = path.resolve(STATUS);
        return Files.exists(file) ? Optional.of(Json.read(file, Status.class)) : Optional.empty();
    }

    /** Returns the latest value of each metric, by name. */
    public Map<String, Double> lastMetrics() {
        return MetricsLog.last(metrics());
    }

    private void write(String name, String text) {
        Check.that(!text.isEmpty(), "%s must not be empty", name);
        Path file = path.resolve(name);
        try {
            AtomicFiles.write(file, text);
        } catch (IOException e) {
            throw IoFailures.of("write " + name, file, e);
        }
    }

    /** Returns the text of recipe.yaml; empty if it does not exist. */
    public Optional<String> recipeText() {
        Path file = path.resolve(RECIPE);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw IoFailures.of("read the recipe", file, e);
        }
    }

    /** Returns the run folders under an output folder, studies' trials included, sorted by path. */
    public static List<RunFolder> under(Path output) {
        if (!Files.isDirectory(output)) {
            return List.of();
        }
        try {
            // On clusters the folder itself is often a link, and a walk does not follow the link at which it starts.
            Path real = output.toRealPath();
            // runs/NAME, or runs/STUDY/trials/ARM/seed-N.
            try (Stream<Path> folders = Files.walk(real, 4)) {
                return folders.filter(folder -> !folder.equals(real) && Files.isDirectory(folder) && isRun(folder))
                        .map(folder -> output.resolve(real.relativize(folder)))
                        .sorted()
                        .map(RunFolder::new)
                        .toList();
            }
        } catch (IOException e) {
            throw IoFailures.of("list the runs", output, e);
        } catch (UncheckedIOException e) {
            throw IoFailures.of("list the runs", output, new IOException(e));
        }
    }
}
