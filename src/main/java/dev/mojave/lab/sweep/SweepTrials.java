package dev.mojave.lab.sweep;

import dev.mojave.data.catalog.PreparedData;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialPlan;
import dev.mojave.lab.trials.TrialRunner;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The trials of a sweep: every point with every seed. With halving, every point runs at the first rung, and the points that the
 * losses of one rung promote run at the next.
 */
final class SweepTrials implements TrialPlan {
    /**
     * A point at a rung.
     *
     * @param rung index of the rung, from 0
     */
    record Entry(Point point, int rung) {}

    private final SweepRecipe recipe;
    private final Map<Entry, Map<Long, Trial>> trials = new LinkedHashMap<>();
    private final Map<String, Double> losses = new HashMap<>();

    /**
     * Plans the trials of a sweep.
     *
     * @param engine the engine of all trials
     * @param vocabulary size of the tokenizer's vocabulary
     * @param lengths training tokens of a point's trial at each rung
     */
    SweepTrials(
            SweepRecipe recipe,
            ExperimentFolder folder,
            EngineRequest engine,
            int vocabulary,
            Map<Entry, Long> lengths) {
        this.recipe = recipe;
        for (Entry entry : entries(recipe)) {
            Recipe resolved = recipe.draft(entry.point, entry.rung).resolve(vocabulary);
            Map<Long, Trial> bySeed = new LinkedHashMap<>();
            for (long seed : recipe.seeds()) {
                String name =
                        recipe.halving().isPresent() ? "rung-" + (entry.rung + 1) + "-seed-" + seed : "seed-" + seed;
                String place = entry.point.name() + "/" + name;
                bySeed.put(
                        seed,
                        new Trial(
                                place,
                                folder.group(entry.point.name()).resolve(name),
                                Trial.recipe(resolved, name, seed, engine, place),
                                lengths.getOrDefault(entry, 0L)));
            }
            trials.put(entry, bySeed);
        }
    }

    private static List<Entry> entries(SweepRecipe recipe) {
        List<Entry> entries = new ArrayList<>();
        for (int rung = 0; rung < recipe.rungs(); rung++) {
            for (Point point : recipe.points()) {
                entries.add(new Entry(point, rung));
            }
        }
        return entries;
    }

    /** Counts the training tokens of every point at every rung. */
    static Map<Entry, Long> lengths(SweepRecipe recipe, PreparedData data) {
        Map<Entry, Long> lengths = new HashMap<>();
        int vocabulary = data.tokenizer().vocabSize();
        for (Entry entry : entries(recipe)) {
            lengths.put(
                    entry, Trial.tokens(recipe.draft(entry.point, entry.rung).resolve(vocabulary), data));
        }
        return lengths;
    }

    /** Returns a point's trials at a rung, by seed. */
    Map<Long, Trial> of(Entry entry) {
        return Objects.requireNonNull(trials.get(entry), "every point has trials at every rung");
    }

    @Override
    public synchronized List<Trial> wanted(Set<String> failed) {
        List<List<Point>> rungs = rungs(failed);
        List<Trial> wanted = new ArrayList<>();
        if (rungs.size() == 1) {
            // All points of a seed before the next seed, so that a sweep that ends early is balanced.
            for (long seed : recipe.seeds()) {
                rungs.getFirst()
                        .forEach(point -> wanted.add(
                                Objects.requireNonNull(of(new Entry(point, 0)).get(seed))));
            }
            return wanted;
        }
        // Higher rungs come first, so that promoted points run before new ones begin.
        for (int rung = rungs.size() - 1; rung >= 0; rung--) {
            for (Point point : rungs.get(rung)) {
                wanted.addAll(of(new Entry(point, rung)).values());
            }
        }
        return wanted;
    }

    /**
     * Returns the points that entered each rung, in that order.
     *
     * @param failed names of the trials that failed
     */
    List<List<Point>> rungs(Set<String> failed) {
        List<List<Point>> rungs = new ArrayList<>(List.of(recipe.points()));
        recipe.halving().ifPresent(halving -> {
            for (int rung = 0; rung + 1 < recipe.rungs(); rung++) {
                int at = rung;
                rungs.add(halving.promoted(rungs.getLast(), point -> score(new Entry(point, at), failed)));
            }
        });
        return rungs;
    }

    /**
     * Returns the mean validation loss over seeds in nats per token; infinite if a seed failed, empty while one has not finished.
     */
    private OptionalDouble score(Entry entry, Set<String> failed) {
        Collection<Trial> seeds = of(entry).values();
        double sum = 0;
        boolean vain = false;
        for (Trial trial : seeds) {
            if (failed.contains(trial.name())) {
                vain = true;
                continue;
            }
            OptionalDouble loss = loss(trial);
            if (loss.isEmpty()) {
                return OptionalDouble.empty();
            }
            sum += loss.getAsDouble();
        }
        return OptionalDouble.of(vain ? Double.POSITIVE_INFINITY : sum / seeds.size());
    }

    private OptionalDouble loss(Trial trial) {
        Double known = losses.get(trial.name());
        if (known == null) {
            OptionalDouble loss = trial.valLoss();
            loss.ifPresent(value -> losses.put(trial.name(), value));
            return loss;
        }
        return OptionalDouble.of(known);
    }

    /** Returns the totals for the progress display; with halving, those of the minimum number of trials. */
    TrialRunner.Expected expected() {
        List<Trial> atLeast = atLeast();
        long open = atLeast.stream()
                .filter(trial -> !trial.complete())
                .mapToLong(Trial::tokens)
                .sum();
        return new TrialRunner.Expected(atLeast.size(), open);
    }

    /**
     * Returns the minimum number of trials of each rung. Which points will reach a rung is not known in advance, so the first
     * points represent them.
     */
    List<Trial> atLeast() {
        List<Integer> reached = recipe.halving()
                .map(halving -> halving.atLeast(recipe.points().size()))
                .orElse(List.of(recipe.points().size()));
        List<Trial> trialsAtLeast = new ArrayList<>();
        for (int rung = 0; rung < reached.size(); rung++) {
            for (Point point : recipe.points().subList(0, reached.get(rung))) {
                trialsAtLeast.addAll(of(new Entry(point, rung)).values());
            }
        }
        return trialsAtLeast;
    }
}
