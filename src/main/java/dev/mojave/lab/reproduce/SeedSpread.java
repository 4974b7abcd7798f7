package dev.mojave.lab.reproduce;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Trees;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The spread of the losses of other seeds, known if the run is a trial of a study: {@code STUDY/trials/ARM/seed-N}, whose
 * siblings differ from it only in the seed.
 *
 * @param losses last validation losses of the other seeds, in nats per token
 */
record SeedSpread(List<Double> losses) {
    private static final Set<String> MAY_DIFFER = Set.of("name", "train.seed");

    static SeedSpread of(RunFolder run) {
        Path folder = run.path().toAbsolutePath().normalize();
        Path arm = folder.getParent();
        Path trials = arm == null ? null : arm.getParent();
        if (trials == null
                || !trials.endsWith("trials")
                || !Files.isRegularFile(trials.resolveSibling(RunFolder.RECIPE))) {
            return new SeedSpread(List.of());
        }
        try (Stream<Path> neighbours = Files.list(arm)) {
            return new SeedSpread(neighbours
                    .filter(path -> !path.equals(folder) && Files.isDirectory(path) && RunFolder.isRun(path))
                    .sorted()
                    .flatMap(path -> loss(run, path).stream())
                    .toList());
        } catch (IOException e) {
            return new SeedSpread(List.of());
        }
    }

    /** Returns the loss of a sibling if it is another, finished seed of the same arm. */
    private static Optional<Double> loss(RunFolder run, Path path) {
        try {
            RunFolder other = RunFolder.open(path);
            boolean sameArm = Trees.differences(
                            run.recipe().tree(), other.recipe().tree())
                    .stream()
                    .allMatch(difference -> MAY_DIFFER.contains(difference.path()));
            return sameArm && other.status().complete()
                    ? Optional.ofNullable(other.lastMetrics().get(Metrics.VAL_LOSS.name()))
                            .filter(Double::isFinite)
                    : Optional.empty();
        } catch (Failure e) {
            // A damaged sibling must not fail the reproduction of this run.
            return Optional.empty();
        }
    }

    /** Returns the sample standard deviation in nats per token; empty for fewer than two losses. */
    Optional<Double> deviation() {
        if (losses.size() < 2) {
            return Optional.empty();
        }
        double mean = losses.stream().mapToDouble(Double::doubleValue).sum() / losses.size();
        double squares = losses.stream()
                .mapToDouble(loss -> (loss - mean) * (loss - mean))
                .sum();
        return Optional.of(Math.sqrt(squares / (losses.size() - 1)));
    }
}
