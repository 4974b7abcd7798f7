package dev.mojave.result.study;

import dev.mojave.result.Provenance;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * results.json of a study.
 *
 * @param name the study's name
 * @param arms in the order of the recipe
 * @param comparisons every arm against the reference arm
 * @param gapOverTraining the same comparisons at each evaluation
 * @param unigramEntropy entropy of the training split's token frequencies, nats: what a model that ignores context can reach
 * @param bytesPerToken mean bytes of text per token of the validation split, to convert nats per token into bits per byte
 * @param headline the answer in one short sentence; absent in files that were written before there was one
 * @param verdict the whole answer, every comparison and where its gap was going, which follows from the intervals
 * @param notes honest limits: what was tuned, failed trials, whether the budget can answer the question
 * @param findings the same for programs; absent in files that were written before there were any
 * @param provenance where it comes from
 * @param jobs the most trials that ever ran side by side: speeds and times of arms are those of a trial beside others where it is more
 *     than 1; absent from results that were made before it was recorded
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
        @Nullable Integer jobs) {
    /** Returns whether speeds and times are those of trials beside others, so that a trial alone would have others. */
    public boolean besideOthers() {
        return jobs != null && jobs > 1;
    }

    /** Says beside how many others trials were measured, for the foot of a table or figure; empty where each ran alone. */
    public String besideOthersInWords() {
        return besideOthers() ? "measured while up to " + jobs + " trials ran side by side" : "";
    }
}
