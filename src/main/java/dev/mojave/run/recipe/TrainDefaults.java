package dev.mojave.run.recipe;

import dev.mojave.base.tree.Records;
import java.math.BigDecimal;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The defaults of {@code train} that depend on its other keys. Invalid values are left as they are; the record reader reports
 * them.
 *
 * <ul>
 *   <li>{@code micro_batch_size} = {@code batch_size};
 *   <li>{@code optimizer.kind} = adamw;
 *   <li>{@code schedule.kind} = cosine; {@code schedule.warmup_steps} = 100, or a tenth of {@code steps} if that is less; 0 if
 *       {@code schedule.warmup_fraction} gives the warm-up as a fraction of all steps;
 *   <li>{@code schedule.min_learning_rate} = {@code learning_rate} / 10, if the kind of schedule has one.
 * </ul>
 */
public final class TrainDefaults {
    private static final long WARMUP_STEPS = 100;

    private TrainDefaults() {}

    /** Returns a copy with the defaults filled in. */
    public static ObjectNode complete(ObjectNode typed) {
        ObjectNode train = typed.deepCopy();
        if (!train.hasNonNull("micro_batch_size") && train.hasNonNull("batch_size")) {
            train.set("micro_batch_size", train.path("batch_size"));
        }
        if (train.path("optimizer") instanceof ObjectNode optimizer && !optimizer.hasNonNull("kind")) {
            optimizer.put("kind", "adamw");
        }
        JsonNode written = train.path("schedule");
        if (written.isMissingNode() || written.isNull()) {
            schedule(train, train.putObject("schedule").put("kind", "cosine"));
        } else if (written.isString()) {
            schedule(train, train.putObject("schedule").put("kind", written.stringValue()));
        } else if (written instanceof ObjectNode section) {
            if (!section.hasNonNull("kind")) {
                section.put("kind", "cosine");
            }
            schedule(train, section);
        }
        return train;
    }

    private static void schedule(ObjectNode train, ObjectNode schedule) {
        OptionalLong steps = Records.count(train.path("steps"));
        if (schedule.hasNonNull("warmup_fraction") && !schedule.hasNonNull("warmup_steps")) {
            schedule.put("warmup_steps", 0L);
        } else if (!schedule.hasNonNull("warmup_steps")) {
            long warmup = steps.isPresent() ? Math.clamp(steps.getAsLong() / 10, 0, WARMUP_STEPS) : WARMUP_STEPS;
            schedule.put("warmup_steps", warmup);
        }
        OptionalDouble peak = Records.decimal(train.path("learning_rate"));
        boolean ends = !schedule.path("kind").asString("").equals("constant");
        if (ends
                && !schedule.hasNonNull("min_learning_rate")
                && peak.isPresent()
                && Double.isFinite(peak.getAsDouble())) {
            // In decimal, so that a tenth of 0.001 is written as 1.0E-4, without binary rounding error.
            double tenth =
                    BigDecimal.valueOf(peak.getAsDouble()).movePointLeft(1).doubleValue();
            // A peak that is not positive is reported under its own key.
            schedule.put("min_learning_rate", Math.max(0, tenth));
        }
    }
}
