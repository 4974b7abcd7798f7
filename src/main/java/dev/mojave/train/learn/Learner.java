package dev.mojave.train.learn;

import dev.mojave.base.Failure;
import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.nn.Context;
import dev.mojave.nn.Schedule;
import dev.mojave.optim.Gradients;
import dev.mojave.optim.Optimizer;
import dev.mojave.optim.OptimizerSpec;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.Tensor;
import java.util.Map;

/**
 * Takes optimiser steps: the gradients of a batch in micro-batches, clipping, the update, and what routers adapt to. Nothing else in Mojave
 * changes the weights of a model by gradients.
 *
 * <p>What a step does depends on the weights, the optimiser's state, the number of the step and the batch alone: dropout, noise and jitter
 * are drawn from (seed, step, micro-batch), in whichever rank of a group that is computed.
 */
public final class Learner implements AutoCloseable {
    /**
     * How to learn.
     *
     * @param optimizer what turns gradients into updates
     * @param learningRate over training
     * @param gradientClip the largest norm of all gradients together; 0 = no limit
     * @param microBatchSize sequences that are computed at a time; divides every batch
     * @param totalSteps length of training, which schedules refer to
     * @param seed of dropout, noise and jitter
     */
    public record Spec(
            OptimizerSpec optimizer,
            Schedule learningRate,
            double gradientClip,
            int microBatchSize,
            long totalSteps,
            long seed) {}

    /**
     * What one step showed.
     *
     * @param step optimiser steps done, this one included
     * @param losses before the update
     * @param gradientNorm of all gradients together, before clipping
     * @param learningRate of the update
     */
    public record StepResult(long step, Losses losses, double gradientNorm, double learningRate) {}

    private final LanguageModel model;
    private final Context context;
    private final Spec spec;
    private final TrainStep gradients;
    private final Optimizer optimizer;

    /**
     * Prepares the first step.
     *
     * @param context of training; its precision is that of matrix products
     * @param group that learns together: every rank is given the same batches, computes its part of their micro-batches, and takes the same
     *     steps; {@link Group#ALONE} for one process
     */
    public Learner(LanguageModel model, Context context, Spec spec, Group group) {
        this.model = model;
        this.context = context;
        this.spec = spec;
        this.gradients = new TrainStep(model, context, spec.microBatchSize, spec.seed, group);
        this.optimizer = spec.optimizer.build(model.parameters());
    }

    /**
     * Takes one optimiser step.
     *
     * @param observe whether to gather routing statistics, which costs a little
     * @throws Failure of kind TRAINING, before the weights change, if the loss or the norm of the gradients is not finite
     */
    public StepResult step(Rows batch, boolean observe) {
        return update(gradient(batch, observe));
    }

    /** Adds the gradients of a batch to the parameters, as the next step sees them; {@link #update} or {@link #clear} comes next. */
    public Losses gradient(Rows batch, boolean observe) {
        return gradients.run(batch, steps(), spec.totalSteps, observe);
    }

    /**
     * Updates the weights from their gradients, and forgets these.
     *
     * @param losses that the gradients are those of
     * @throws Failure of kind TRAINING, before the weights change, if the loss or the norm of the gradients is not finite
     */
    public StepResult update(Losses losses) {
        double rate = spec.learningRate.at(steps(), spec.totalSteps);
        double norm = Gradients.norm(model.parameters());
        requireFinite(losses, norm, rate);
        optimizer.step(rate, Gradients.clipScale(norm, spec.gradientClip));
        clear();
        model.afterStep(losses.requested(), context);
        return new StepResult(steps(), losses, norm, rate);
    }

    /** Forgets all gradients. */
    public void clear() {
        Gradients.clear(model.parameters());
    }

    private void requireFinite(Losses losses, double norm, double rate) {
        if (!Double.isFinite(losses.loss()) || !Double.isFinite(norm)) {
            throw Failure.training(
                    "step %d: the loss is %s and the norm of the gradients is %s (learning rate %.2e): training has diverged"
                            + " and was stopped; the last checkpoint is untouched. Lower train.learning_rate, lengthen"
                            + " train.schedule.warmup_steps or set train.gradient_clip",
                    steps() + 1, losses.loss(), norm, rate);
        }
    }

    /** Returns how many steps were taken. */
    public long steps() {
        return optimizer.steps();
    }

    /** Returns what the optimiser remembers, by name: what a checkpoint saves and restores in place. */
    public Map<String, Tensor> state() {
        return optimizer.state();
    }

    /** Continues after {@code stepsDone} steps; the caller has copied what was saved into {@link #state()} and the model. */
    public void resume(long stepsDone) {
        optimizer.resume(stepsDone);
    }

    @Override
    public void close() {
        optimizer.close();
    }
}
