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
 * @param headline the answer in one short sentence; null in files written before there were headlines
 * @param verdict the full answer: every comparison, its interval and the trend of its gap
 * @param notes limits of the study: what was tuned, which trials failed, whether the budget can answer the question
 * @param findings the same information for programs; null in files written before there were findings
 * @param provenance origin of the study
 * @param jobs largest number of trials that ever ran concurrently: if it is more than 1, speeds and times are those of concurrent trials;
 *     null in results from before it was recorded
 * @param tuning the settings that were tuned for each arm before the comparison; null if none were
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
    /** Creates the result of a study without tuning. */
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

    /** Returns whether speeds and times were measured while other trials ran; a trial that runs alone has different ones. */
    public boolean besideOthers() {
        return jobs != null && jobs > 1;
    }

    /** Returns how many trials ran concurrently, for the caption of a table or figure; empty if each ran alone. */
    public String besideOthersInWords() {
        return besideOthers() ? "measured while up to " + jobs + " trials ran side by side" : "";
    }
}
