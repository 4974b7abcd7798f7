package dev.mojave.result.study;

import dev.mojave.result.Provenance;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of a study's results.json.
 *
 * @param name name of the study
 * @param arms results of the arms, in the order of the recipe
 * @param comparisons comparisons of every other arm with the reference arm
 * @param gapOverTraining the same comparisons at each evaluation
 * @param unigramEntropy entropy of the training split's token frequencies in nats: the lowest loss of a model that ignores context
 * @param bytesPerToken mean bytes of text per token of the validation split, to convert nats per token into bits per byte
 * @param headline the answer in one short sentence; absent in files that were written before there was one
 * @param verdict the whole answer, every comparison and where its gap was going, which follows from the intervals
 * @param notes honest limits: what was tuned, failed trials, whether the budget can answer the question
 * @param findings the same for programs; absent in files that were written before there were any
 * @param provenance where it comes from
 * @param jobs the most trials that ever ran side by side: speeds and times of arms are those of a trial beside others where it is more
 *     than 1; absent from results that were made before it was recorded
 * @param tuning what was tuned for each arm before the comparison; absent if nothing was
 */
public record StudyResult(
        String name,
        List<ArmResult> arms,
        List<Comparison> comparisons,
        List<GapPoint> gapOverTraining,
        double unigramEntropy,
        double bytesPerToken,
        @Nullable String headline,
        String verdict,
        List<String> notes,
        @Nullable List<Finding> findings,
        Provenance provenance,
        @Nullable Integer jobs,
        @Nullable List<TunedArm> tuning) {
    /** A study that tuned nothing. */
    public StudyResult(
            String name,
            List<ArmResult> arms,
            List<Comparison> comparisons,
            List<GapPoint> gapOverTraining,
            double unigramEntropy,
            double bytesPerToken,
            @Nullable String headline,
            String verdict,
            List<String> notes,
            @Nullable List<Finding> findings,
            Provenance provenance,
            @Nullable Integer jobs) {
        this(
                name,
                arms,
                comparisons,
                gapOverTraining,
                unigramEntropy,
                bytesPerToken,
                headline,
                verdict,
                notes,
                findings,
                provenance,
                jobs,
                null);
    }

    /** Returns whether speeds and times are those of trials beside others, so that a trial alone would have others. */
    public boolean besideOthers() {
        return jobs != null && jobs > 1;
    }

    /** Returns how many trials ran concurrently, for the caption of a table or figure; empty if each ran alone. */
    public String besideOthersInWords() {
        return besideOthers() ? "measured while up to " + jobs + " trials ran side by side" : "";
    }
}
