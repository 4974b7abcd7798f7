package dev.mojave.lab.trials;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.process.ChildProcess;
import dev.mojave.base.tree.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/**
 * Chooses how many trials run side by side if the user does not: the number with the most steps per second in total. Small models
 * gain most from one thread per trial, since threads that share a small model mostly wait for each other; a large model uses the
 * whole machine alone.
 */
public final class Jobs {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TrialCommands commands;
    private final Progress progress;

    /** Creates a chooser that measures with the command line's own {@code plan}. */
    public Jobs(TrialCommands commands, Progress progress) {
        this.commands = commands;
        this.progress = progress;
    }

    /** Returns how many trials with {@code threads} threads each fit on {@code cores} cores. */
    public static int beside(int cores, int threads) {
        return Math.max(1, cores / threads);
    }

    /**
     * Measures one trial on all cores, then one trial per core side by side, each on one thread.
     *
     * @param recipe a trial's resolved recipe
     * @param cores usable cores
     * @return the number of trials to run side by side: 1, or one per core; 1 if the measurement fails
     */
    public int measure(Path recipe, int cores) {
        progress.start("measuring how many trials to run side by side", 2, "ways");
        OptionalDouble alone = stepsPerSecond(recipe, 1, cores);
        progress.update(1, "");
        OptionalDouble beside = stepsPerSecond(recipe, cores, 1);
        progress.finish("");
        if (alone.isEmpty() || beside.isEmpty()) {
            progress.say(
                    "trials run one after another: their speed side by side could not be measured; set their number with --jobs");
            return 1;
        }
        double gain = beside.getAsDouble() / alone.getAsDouble();
        int jobs = gain > 1 ? cores : 1;
        progress.say(String.format(
                Locale.ROOT,
                "%d trials on one thread each make %.2f times the steps per second of one trial on %d threads: running %s (override"
                        + " with --jobs)",
                cores,
                gain,
                cores,
                jobs == 1 ? "one after another" : jobs + " side by side"));
        return jobs;
    }

    /**
     * Returns the total steps per second of {@code jobs} trials side by side with {@code threads} threads each; empty if it
     * cannot be measured.
     */
    public OptionalDouble stepsPerSecond(Path recipe, int jobs, int threads) {
        List<ChildProcess> children = new ArrayList<>();
        List<Path> logs = new ArrayList<>();
        try {
            for (int i = 0; i < jobs; i++) {
                Path log = Files.createTempFile("mojave-plan", ".log");
                logs.add(log);
                children.add(ChildProcess.talking(commands.plan(recipe, threads), log, UnaryOperator.identity()));
            }
            double sum = 0;
            for (ChildProcess child : children) {
                OptionalDouble seconds = stepSeconds(child);
                if (seconds.isEmpty()) {
                    return OptionalDouble.empty();
                }
                sum += 1 / seconds.getAsDouble();
            }
            return OptionalDouble.of(sum);
        } catch (IOException e) {
            return OptionalDouble.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalDouble.empty();
        } finally {
            children.forEach(ChildProcess::close);
            logs.forEach(Jobs::delete);
        }
    }

    private static OptionalDouble stepSeconds(ChildProcess child) throws IOException, InterruptedException {
        StringBuilder json = new StringBuilder();
        for (Optional<String> line = child.readLine(); line.isPresent(); line = child.readLine()) {
            json.append(line.get()).append('\n');
        }
        OptionalInt exit = child.await(PATIENCE);
        if (exit.isEmpty() || exit.getAsInt() != 0) {
            return OptionalDouble.empty();
        }
        try {
            double seconds = Json.tree(json.toString()).path("step_seconds").asDouble(0);
            return seconds > 0 ? OptionalDouble.of(seconds) : OptionalDouble.empty();
        } catch (Failure e) {
            return OptionalDouble.empty();
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The file stays in the system's temporary folder.
        }
    }
}
