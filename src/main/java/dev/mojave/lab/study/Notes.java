package dev.mojave.lab.study;

import dev.mojave.base.Units;
import dev.mojave.lab.trials.DataFacts;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.TunedArm;
import dev.mojave.run.recipe.TrainLength;
import dev.mojave.run.recipe.TrainSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The caveats of a verdict: which settings were fixed, which trials are missing, and what the budget can answer. */
final class Notes {
    private final Arms arms;
    private final DataFacts facts;
    private final Map<String, String> missing;
    private final List<ArmResult> shown;
    private final List<Comparison> comparisons;
    private final int jobs;
    private final List<TunedArm> tuned;

    Notes(
            Arms arms,
            DataFacts facts,
            Map<String, String> missing,
            List<ArmResult> shown,
            List<Comparison> comparisons,
            int jobs,
            List<TunedArm> tuned) {
        this.arms = arms;
        this.facts = facts;
        this.missing = missing;
        this.shown = shown;
        this.comparisons = comparisons;
        this.jobs = jobs;
        this.tuned = tuned;
    }

    List<String> all() {
        List<String> notes = new ArrayList<>();
        missing.forEach((trial, reason) -> notes.add(
                "Trial " + trial + " has no result (" + reason + "); its pairs are left out of every comparison."));
        caveats(notes);
        learned(notes);
        notes.addAll(tuned.isEmpty() ? List.of(untuned()) : TuningNotes.of(tuned));
        matches(notes);
        notes.addAll(arms.differences());
        budget(notes);
        intervals(notes);
        evaluations(notes);
        sideBySide(notes);
        return notes;
    }

    private void caveats(List<String> notes) {
        for (Arms.Arm arm : arms.all()) {
            arm.recipe().model().caveats().forEach(caveat -> notes.add("Arm '" + arm.name() + "': " + caveat));
        }
    }

    private void learned(List<String> notes) {
        double unigram = facts.unigramEntropy();
        List<String> undertrained = Verdict.undertrained(shown, unigram);
        if (!undertrained.isEmpty()) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Undertrained: %s ended above %.0f%% of the unigram entropy (%.3f nats per token), which a model without"
                            + " context reaches; train longer before trusting any ranking.",
                    String.join(" and ", undertrained),
                    100 * Verdict.LEARNED,
                    unigram));
        }
    }

    private String untuned() {
        TrainSpec train = arms.reference().recipe().train();
        return String.format(
                Locale.ROOT,
                "No settings were tuned: every arm was trained as the recipe specifies (learning rate %s, batches of %d sequences)."
                        + " With settings tuned per arm the ranking may differ.",
                train.learningRate(),
                train.batchSize());
    }

    private void matches(List<String> notes) {
        for (ArmResult arm : shown) {
            ArmResult.Match match = arm.match();
            if (match != null) {
                notes.add(String.format(
                        Locale.ROOT,
                        "Arm '%s' has %s %d, which gives it %,d %s; '%s' has %,d (%+.2f%%).",
                        arm.name(),
                        match.resized(),
                        match.value(),
                        match.achieved(),
                        Budget.of(match.by()).counted(),
                        match.arm(),
                        match.target(),
                        100.0 * (match.achieved() - match.target()) / match.target()));
            }
        }
    }

    private void budget(List<String> notes) {
        if (arms.reference().recipe().train().length() instanceof TrainLength.Tokens(long tokens)) {
            double perParameter =
                    (double) tokens / arms.reference().recipe().model().counts().activeWithoutEmbeddings();
            notes.add(String.format(
                    Locale.ROOT,
                    "Each trial saw %s tokens, %.1f per active parameter of '%s'; the learning-rate schedule ends there, so"
                            + " earlier points of the gap are not the results of shorter runs.",
                    Units.count((double) tokens),
                    perParameter,
                    arms.reference().name()));
        }
    }

    private void intervals(List<String> notes) {
        if (comparisons.size() > 1) {
            notes.add(
                    "The 95% intervals are not corrected for multiple comparisons (" + comparisons.size() + " here).");
        }
        if (comparisons.stream().anyMatch(comparison -> comparison.n() == 1)) {
            notes.add("One seed gives no interval: the difference of a single pair may be chance.");
        }
        for (Comparison comparison : comparisons) {
            if (comparison.n() > 1 && Double.valueOf(0).equals(comparison.detectableDifference())) {
                notes.add("The difference between '" + comparison.a() + "' and '" + comparison.b()
                        + "' is bit for bit the same for every seed: check that the seeds differ.");
            }
        }
    }

    private void evaluations(List<String> notes) {
        long during = arms.reference().recipe().train().evalTokens().tokens();
        if (during < facts.heldOutTokens()) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Evaluations during training used the same %s of %s held-out tokens; the final losses are over all of"
                            + " them.",
                    Units.count((double) during),
                    Units.count((double) facts.heldOutTokens())));
        }
    }

    private void sideBySide(List<String> notes) {
        if (jobs > 1) {
            notes.add("Up to " + jobs
                    + " trials ran side by side on this machine, which affects their speeds and times"
                    + " but not their losses.");
        }
    }
}
