package dev.mojave.result;

import java.util.List;

/**
 * How the experts of one mixture layer share held-out text after training.
 *
 * @param layer index among the mixture layers, from 0
 * @param load fraction of assignments (token-expert pairs) per expert
 * @param liked for each expert, the tokens that it receives disproportionately often, the most distinctive first
 * @param categories names of the categories of text; empty if the data has none
 * @param categoryShare by category and expert, the fraction of all assignments; sums to 1 over both
 * @param specialisation H(category given expert) / log(categories): 0 if every expert sees only one category; if all see the same mixture, it is
 *     the normalised entropy of the categories themselves, which is 1 if they are equally frequent
 * @param categoryInformation normalised mutual information of expert and category: 0 if they are independent
 */
public record ExpertProfile(
        int layer,
        List<Double> load,
        List<List<LikedToken>> liked,
        List<String> categories,
        List<List<Double>> categoryShare,
        double specialisation,
        double categoryInformation) {

    /**
     * A token that an expert receives disproportionately often.
     *
     * @param text text of the token
     * @param share fraction of the token's assignments that went to this expert
     * @param copies number of the token's assignments to this expert
     */
    public record LikedToken(String text, double share, long copies) {}
}
