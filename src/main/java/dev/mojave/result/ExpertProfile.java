package dev.mojave.result;

import java.util.List;

/**
 * What the experts of one mixture layer do with held-out text after training.
 *
 * @param layer index among the mixture layers, from 0
 * @param load fraction of token copies per expert
 * @param liked for each expert the tokens that it receives more often than others do, the most telling first
 * @param categories names of the categories of text; empty where the data has none
 * @param categoryShare for each category the fraction of all its and others' copies that went to each expert; sums to 1 over both
 * @param specialisation H(category given expert) / log(categories): 0 = every expert sees one category; where all see the same mixture it is
 *     the entropy of the categories themselves, 1 if those are equally frequent
 * @param categoryInformation mutual information of expert and category, normalised: 0 = independent
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
     * A token that an expert likes.
     *
     * @param text what the token stands for
     * @param share of the token's copies that this expert received
     * @param copies how often it received it
     */
    public record LikedToken(String text, double share, long copies) {}
}
