package dev.mojave.moe.balance;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.mojave.base.Check;
import dev.mojave.base.Suggest;
import dev.mojave.nn.Coefficient;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The {@code losses} of a mixture: the balance losses that are added to the training loss, with their coefficients.
 *
 * @param schedules schedule of each coefficient, in the order of {@link BalanceLoss}; constant zeros are removed
 */
public record Coefficients(Map<BalanceLoss, Coefficient> schedules) {
    /** No balance loss. */
    public static final Coefficients NONE = new Coefficients(Map.of());

    /** Removes coefficients that are always 0. */
    public Coefficients {
        EnumMap<BalanceLoss, Coefficient> kept = new EnumMap<>(BalanceLoss.class);
        schedules.forEach((loss, schedule) -> {
            if (!schedule.equals(new Coefficient.Constant(0))) {
                kept.put(loss, schedule);
            }
        });
        schedules = Collections.unmodifiableMap(kept);
    }

    /** Reads a recipe's section. */
    @JsonCreator
    public static Coefficients read(Map<String, Coefficient> section) {
        Map<String, BalanceLoss> known = new LinkedHashMap<>();
        for (BalanceLoss loss : BalanceLoss.values()) {
            known.put(loss.key(), loss);
        }
        Map<BalanceLoss, Coefficient> schedules = new EnumMap<>(BalanceLoss.class);
        section.forEach((name, schedule) -> {
            BalanceLoss loss = known.get(name);
            if (loss == null) {
                throw new IllegalArgumentException("unknown loss '" + name + "'"
                        + Suggest.didYouMean(name, known.keySet()) + " (one of "
                        + String.join(", ", known.keySet()) + ")");
            }
            schedules.put(loss, schedule);
        });
        return new Coefficients(schedules);
    }

    /** Writes the section that {@link #read} reads. */
    @JsonValue
    public Map<String, Coefficient> section() {
        Map<String, Coefficient> section = new LinkedHashMap<>();
        schedules.forEach((loss, schedule) -> section.put(loss.key(), schedule));
        return section;
    }

    /** Returns these coefficients with that of one loss replaced by a constant. */
    public Coefficients with(BalanceLoss loss, double coefficient) {
        Map<BalanceLoss, Coefficient> changed = new LinkedHashMap<>(schedules);
        changed.put(loss, new Coefficient.Constant(coefficient));
        return new Coefficients(changed);
    }

    /** Returns every coefficient at {@code step}, counted from 0, in a training of {@code totalSteps} steps. */
    public Map<BalanceLoss, Double> at(long step, long totalSteps) {
        Map<BalanceLoss, Double> now = new EnumMap<>(BalanceLoss.class);
        schedules.forEach((loss, schedule) -> now.put(loss, schedule.at(step, totalSteps)));
        return now;
    }

    /** Returns whether a loss that acts at a step is not a mean of terms per token, so that it needs the tokens of the whole batch. */
    public boolean poolTokens(long step, long totalSteps) {
        return at(step, totalSteps).entrySet().stream()
                .anyMatch(loss -> loss.getValue() != 0 && !loss.getKey().isMeanOverTokens());
    }

    /**
     * Checks that every schedule starts before training ends.
     *
     * @param section path of this section in a recipe
     * @throws IllegalArgumentException if one does not; the message names the key
     */
    public void requireStart(String section, long totalSteps) {
        schedules.forEach((loss, schedule) -> Check.that(
                schedule.actsAtOnce() || schedule.start() < totalSteps,
                "%s.%s starts at step %d, but training has only %d steps, so the loss would never act; lower its start",
                section,
                loss.key(),
                schedule.start(),
                totalSteps));
    }
}
