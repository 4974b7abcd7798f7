package dev.mojave.run.recipe;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.nn.LearningRate;
import dev.mojave.nn.RateShape;
import dev.mojave.optim.OptimizerSpec;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code train} section of a recipe, complete. Exactly one of {@code steps}, {@code tokens}, {@code words} and {@code epochs}
 * is set; {@link #length()} returns it.
 *
 * @param batchSize sequences per optimiser step
 * @param microBatchSize sequences per forward pass; divides the batch size, which is also the default
 * @param steps optimiser steps
 * @param tokens training tokens
 * @param words words of training text
 * @param epochs passes over the training split
 * @param learningRate peak learning rate of the schedule
 * @param schedule shape of the learning-rate schedule; by default a short warm-up and a cosine decay to a tenth of the peak
 * @param optimizer the optimiser
 * @param gradientClip largest Euclidean norm over all gradients; 0 for no limit
 * @param evalEvery steps between evaluations; there is always one at the end
 * @param evalTokens held-out tokens per evaluation, always the same ones; the last evaluation uses all
 * @param checkpoint when to save and how many checkpoints to keep
 * @param seed seed of initialisation, dropout and the order of the data
 * @param logEvery steps between lines of metrics.jsonl
 * @param trainSubsetTokens size in tokens of a fixed part of the training split on which each evaluation also measures the loss;
 *     0 for none
 * @param recompute whether blocks keep only their outputs and recompute the other activations in the backward pass, which saves
 *     memory and takes more time
 */
public record TrainSpec(
        int batchSize,
        int microBatchSize,
        @Nullable Long steps,
        @Nullable Long tokens,
        @Nullable Long words,
        @Nullable Long epochs,
        double learningRate,
        RateShape schedule,
        @Default("{kind: adamw}") OptimizerSpec optimizer,
        @Default("1.0") double gradientClip,
        @Default("250") long evalEvery,
        @Default("100k") TokenLimit evalTokens,
        @Default("{}") Checkpoint checkpoint,
        @Default("0") long seed,
        @Default("10") long logEvery,
        @Default("0") long trainSubsetTokens,
        @Default("false") boolean recompute) {

    /**
     * When to save and how many checkpoints to keep: {@code train.checkpoint}.
     *
     * @param every steps between checkpoints; there is always one at the end
     * @param keep number of newest checkpoints to keep; {@code last} and {@code best} are always kept
     */
    public record Checkpoint(
            @Default("500") long every, @Default("3") int keep) {
        /** Checks that both are positive. */
        public Checkpoint {
            Check.that(every >= 1, "every (%d) must be at least 1 step", every);
            Check.that(keep >= 1, "keep (%d) must be at least 1", keep);
        }
    }

    /** Checks every value and their combination. */
    public TrainSpec {
        Check.that(batchSize >= 1, "batch_size (%d) must be at least 1", batchSize);
        Check.that(
                microBatchSize >= 1 && batchSize % microBatchSize == 0,
                "micro_batch_size (%d) must be a divisor of batch_size (%d)",
                microBatchSize,
                batchSize);
        long lengths =
                Stream.of(steps, tokens, words, epochs).filter(Objects::nonNull).count();
        Check.that(
                lengths == 1,
                "exactly one of steps, tokens, words and epochs must set the length of training; %s given",
                lengths == 0 ? "none is" : lengths + " are");
        Stream.of(steps, tokens, words, epochs)
                .filter(Objects::nonNull)
                .forEach(length -> Check.that(length >= 1, "the length of training (%d) must be at least 1", length));
        Check.that(learningRate > 0, "learning_rate (%s) must be positive", learningRate);
        Check.that(
                minLearningRate(schedule) <= learningRate,
                "schedule.min_learning_rate (%s) must be at most learning_rate (%s)",
                minLearningRate(schedule),
                learningRate);
        if (steps != null) {
            Check.that(
                    schedule.warmupSteps() < steps,
                    "schedule.warmup_steps (%d) must be below steps (%d); set schedule.warmup_steps too",
                    schedule.warmupSteps(),
                    steps);
        }
        Check.that(gradientClip >= 0, "gradient_clip (%s) must not be negative; 0 turns clipping off", gradientClip);
        Check.that(evalEvery >= 1, "eval_every (%d) must be at least 1 step", evalEvery);
        Check.that(logEvery >= 1, "log_every (%d) must be at least 1 step", logEvery);
        Check.that(trainSubsetTokens >= 0, "train_subset_tokens (%d) must not be negative", trainSubsetTokens);
    }

    /** Returns the length of training. */
    public TrainLength length() {
        if (steps != null) {
            return new TrainLength.Steps(steps);
        }
        if (tokens != null) {
            return new TrainLength.Tokens(tokens);
        }
        return words != null
                ? new TrainLength.Words(words)
                : new TrainLength.Epochs(Objects.requireNonNull(epochs, "one length is set"));
    }

    /** Returns the learning rate over training. */
    public LearningRate rate() {
        return new LearningRate(learningRate, schedule);
    }

    private static double minLearningRate(RateShape schedule) {
        return switch (schedule) {
            case RateShape.Cosine cosine -> cosine.minLearningRate();
            case RateShape.Linear linear -> linear.minLearningRate();
            case RateShape.Wsd wsd -> wsd.minLearningRate();
            case RateShape.Constant ignored -> 0;
        };
    }
}
