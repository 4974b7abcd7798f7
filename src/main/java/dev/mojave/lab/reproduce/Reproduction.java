package dev.mojave.lab.reproduce;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.files.Folders;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.tree.Records;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.result.Provenance;
import dev.mojave.result.ReproduceResult;
import dev.mojave.result.ReproduceResult.Difference;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.Provenances;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.train.TrainRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * Trains a run again from its folder, with its recipe, tokenizer and engine, and compares the two: bit for bit if all conditions
 * ({@link Circumstances}) are the same, by the last validation losses otherwise.
 */
public final class Reproduction {
    /**
     * Options of a reproduction.
     *
     * @param run the run's folder
     * @param output folder under which the run is trained again; if empty, a temporary folder that is deleted afterwards
     * @param command the command as typed, for the provenance; a run under {@code output} that the same command began is resumed
     */
    public record Options(Path run, Optional<Path> output, String command) {}

    private final RunFolder run;
    private final Provenance provenance;
    private final Options options;
    private final Progress progress;
    private final StopSignal signal;

    private Reproduction(RunFolder run, Options options, Progress progress, StopSignal signal) {
        this.run = run;
        this.provenance = run.provenance();
        this.options = options;
        this.progress = progress;
        this.signal = signal;
    }

    /**
     * Trains until the run ends or the signal arrives.
     *
     * @return the comparison; empty if it was asked to stop
     * @throws Failure of kind USAGE if the run cannot be reproduced; training can throw failures of every kind
     */
    public static Optional<ReproduceResult> run(Options options, Progress progress, StopSignal signal) {
        RunFolder run = Reproducible.open(options.run);
        return new Reproduction(run, options, progress, signal).run();
    }

    private Optional<ReproduceResult> run() {
        Optional<Path> from = Reproducible.startedFrom(run);
        long step = run.checkpoints().last().orElseThrow();
        // Before any costly work: an unreadable file fails here, and a changed one is reported.
        run.checkpoints().changed(step).ifPresent(what -> progress.say("warning: " + what));
        RecipeDraft draft = draft();
        announce(draft);
        Path output = options.output.orElseGet(Reproduction::temporary);
        try {
            boolean goesOn = options.output.isPresent() && begun(RunFolder.path(output, draft.name()));
            TrainRun.Result result = TrainRun.run(
                    draft, new TrainRun.Options(output, goesOn, false, from, options.command), progress, signal);
            return result.finished() ? Optional.of(compare(result.folder(), step)) : Optional.empty();
        } finally {
            if (options.output.isEmpty()) {
                Folders.discard(output);
            }
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("mojave-reproduce");
        } catch (IOException e) {
            throw IoFailures.of("make a temporary folder", Path.of(System.getProperty("java.io.tmpdir", ".")), e);
        }
    }

    /** Returns whether this same command has already begun a run in that folder. */
    private boolean begun(Path folder) {
        if (!Files.isDirectory(folder) || !RunFolder.isRun(folder)) {
            return false;
        }
        RunFolder other = RunFolder.open(folder);
        if (other.begun() && other.provenance().command().equals(options.command)) {
            return true;
        }
        throw Failure.usage("%s already exists; choose another --output", folder);
    }

    /**
     * Returns the run's recipe with the run's tokenizer and the engine that it was trained with, or with the recipe's engine if
     * that one is not available.
     */
    private RecipeDraft draft() {
        ObjectNode tree = run.recipe().tree();
        tree.set("data", Records.tree(run.data()));
        RecipeDraft draft =
                RecipeDraft.of(tree, run.path().resolve(RunFolder.RECIPE).toString());
        EngineChoice choice;
        try {
            choice = EngineChoice.of(provenance.engine());
            Engine.pin(choice);
        } catch (IllegalArgumentException e) {
            progress.say("warning: the run does not record which engine it was trained with: " + e.getMessage());
            return draft;
        } catch (Failure e) {
            progress.say("warning: " + e.getMessage());
            return draft;
        }
        return draft.with("engine", Records.tree(EngineRequest.of(choice)));
    }

    /** Reports in advance what will be compared. This prepares the data, which training needs anyway. */
    private void announce(RecipeDraft draft) {
        String checksum;
        try (PreparedData data = PreparedData.open(draft.data(), progress)) {
            checksum = data.checksum();
        }
        Provenance here = Provenances.of(new Provenances.Facts(
                provenance.recipeSha256(),
                provenance.dataName(),
                checksum,
                provenance.seeds(),
                Engine.configure(draft.engine(), progress),
                Engine.versions(),
                options.command));
        List<Difference> differences = Circumstances.differences(provenance, here);
        if (differences.isEmpty()) {
            progress.say("training " + run.path()
                    + " again to compare it bit for bit: commit, processor, libraries, engine and data are the same");
            if (Circumstances.uncommitted(provenance)) {
                progress.say("warning: commit " + provenance.commit()
                        + " does not identify the code completely, then or now, so the two programs may differ");
            }
        } else {
            progress.say("training " + run.path() + " again to compare losses; these differ: "
                    + differences.stream().map(Difference::what).collect(Collectors.joining(", ")));
        }
    }

    private ReproduceResult compare(RunFolder again, long step) {
        List<Difference> circumstances = Circumstances.differences(provenance, again.provenance());
        Circumstances.engine(provenance.engine(), run.checkpoints().state(step).engine())
                .map(changed -> new Difference(
                        "engine", changed.there() + ", later " + changed.here(), changed.there() + " throughout"))
                .ifPresent(circumstances::add);
        List<Difference> results = again.checkpoints().steps().contains(step)
                ? Bits.differences(run, again, step)
                : List.of(new Difference(
                        "weights",
                        "the last checkpoint is from step " + step,
                        "the last checkpoint is from step "
                                + again.checkpoints().last().orElse(0L)));
        boolean bits = circumstances.isEmpty();
        SeedSpread seeds = bits ? new SeedSpread(List.of()) : SeedSpread.of(run);
        Optional<Double> spread = seeds.deviation();
        Optional<Double> before = loss(run);
        Optional<Double> after = loss(again);
        Optional<Boolean> within = spread.flatMap(deviation ->
                before.flatMap(a -> after.map(b -> Math.abs(a - b) <= ReproduceResult.DEVIATIONS * deviation)));
        return new ReproduceResult(
                results.isEmpty(),
                bits ? ReproduceResult.BITS : ReproduceResult.LOSSES,
                Stream.concat(circumstances.stream(), results.stream()).toList(),
                before.orElse(null),
                after.orElse(null),
                spread.orElse(null),
                seeds.losses().size(),
                within.orElse(null),
                step,
                options.output.map(_ -> again.path().toString()).orElse(null));
    }

    private static Optional<Double> loss(RunFolder folder) {
        return Optional.ofNullable(folder.lastMetrics().get(Metrics.VAL_LOSS.name()));
    }
}
