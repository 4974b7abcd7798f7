package dev.mojave.lab.study;

import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.Finding;
import dev.mojave.result.study.Finding.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The limits of a study's answer in machine-readable form; {@link Verdict} and {@link Notes} describe them in sentences. */
final class StudyFindings {
    /** The fewest pairs that give an interval. */
    private static final int FEWEST_PAIRS = 2;

    private StudyFindings() {}

    /**
     * Returns the findings, the most severe kind first.
     *
     * @param arms those with at least one finished trial
     * @param compared every other arm against the mixture
     * @param unigramEntropy nats per token
     * @param missing trials without a result, each with the reason
     */
    static List<Finding> of(
            List<ArmResult> arms, List<Verdict.Compared> compared, double unigramEntropy, Map<String, String> missing) {
        List<Finding> findings = new ArrayList<>();
        missing.forEach((trial, reason) -> findings.add(new Finding(
                "missing_trial",
                Severity.ERROR,
                "Resume the study (--resume auto): trial " + trial + " has no result (" + reason + ").")));
        arms.stream()
                .filter(arm -> Verdict.undertrained(arm, unigramEntropy))
                .forEach(arm -> findings.add(new Finding(
                        "undertrained",
                        Severity.WARNING,
                        arm.valLoss().mean(),
                        Verdict.LEARNED * unigramEntropy,
                        String.format(
                                Locale.ROOT,
                                "Train arm '%s' longer before trusting any ranking: it ended above %.0f%% of the unigram entropy.",
                                arm.name(),
                                100 * Verdict.LEARNED))));
        compared.forEach(one -> add(one, findings));
        return findings;
    }

    private static void add(Verdict.Compared compared, List<Finding> findings) {
        Comparison comparison = compared.comparison();
        String pair = "'" + comparison.a() + "' and '" + comparison.b() + "'";
        if (comparison.n() < FEWEST_PAIRS) {
            findings.add(new Finding(
                    "one_seed",
                    Severity.WARNING,
                    (double) comparison.n(),
                    (double) FEWEST_PAIRS,
                    "Add seeds: the difference between " + pair + " comes from a single pair and may be chance."));
        } else if (Double.valueOf(0).equals(comparison.detectableDifference())) {
            findings.add(new Finding(
                    "same_for_every_seed",
                    Severity.WARNING,
                    "Check that the seeds differ: the difference between " + pair
                            + " is bit for bit the same for each of them."));
        }
        if (Verdict.moving(compared.trend())) {
            findings.add(new Finding(
                    "gap_moving",
                    Severity.INFO,
                    "Train longer to see where the gap ends: the one between " + pair
                            + " was still changing when training ended."));
        }
    }
}
