package dev.mojave.result.study;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From which budget on an arm leads at one size of a map: where the gap changes sign for the last time along the tokens axis, interpolated
 * linearly in log tokens.
 *
 * @param at the size, as typed in YAML, by key; empty if budgets are the only axis
 * @param a the arm that is compared with the mixture
 * @param b the mixture
 * @param leads the arm that leads at the largest budget; null if neither does
 * @param tokens from which training tokens on it leads; null if the lead does not change hands within the budgets
 * @param low lower end of the interval; null if it lies below the smallest budget, or there is no interval
 * @param high upper end; null if it lies beyond the largest budget, or there is no interval
 * @param level confidence level, 0.95
 * @param seeds seeds with a pair at every budget; one gives no interval
 * @param changes how often the mean gap changes sign between neighbouring budgets
 * @param words all of this in a clause without a full stop
 */
public record Turn(
        Map<String, String> at,
        String a,
        String b,
        @Nullable String leads,
        @Nullable Double tokens,
        @Nullable Double low,
        @Nullable Double high,
        double level,
        int seeds,
        int changes,
        String words) {}
