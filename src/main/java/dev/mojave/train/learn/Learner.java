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
 * Takes optimiser steps: computes the gradients of a batch in micro-batches, clips them, updates the weights and lets routers
 * adapt to their load. Nothing else in Mojave trains the weights of a model.
 *
 * <p>A step depends only on the weights, the optimiser's state, the step number and the batch: dropout, noise and jitter are
 * drawn from (seed, step, micro-batch), regardless of the rank that computes the micro-batch.
 */
public final class Learner implements AutoCloseable {
    /**
     * The settings of a learner.
     *
     * @param optimizer the optimiser
     * @param learningRate the learning rate over training
     * @param gradientClip largest Euclidean norm over all gradients; 0 for no limit
     * @param microBatchSize sequences per forward pass; divides the size of every batch
     * @param totalSteps length of training in optimiser steps, on which schedules depend
     * @param seed seed of dropout, noise and jitter
     */
    public record Spec(
            OptimizerSpec optimizer,
            Schedule learningRate,
            double gradientClip,
            int microBatchSize,
            long totalSteps,
            long seed) {}

    /**
     * The results of one step.
     *
     * @param step optimiser steps done, this one included
     * @param losses losses before the update
     * @param gradientNorm Euclidean norm over all gradients, before clipping
     * @param learningRate learning rate of the update
     */
    public record StepResult(long step, Losses losses, double gradientNorm, double learningRate) {}

    private final LanguageModel model;
    private final Context context;
    private final Spec spec;
    private final TrainStep gradients;
    private final Optimizer optimizer;

    /**
     * Creates a learner before the first step.
     *
     * @param context the context of forward passes; its precision is that of matrix products
     * @param group the processes that train together: every rank gets the same batches, computes its share of their micro-batches
     *     and takes the same steps; {@link Group#ALONE} for a single process
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
     * @param observe whether to collect routing statistics, at a small cost
     * @throws Failure of kind TRAINING, before the weights change, if the loss or the norm of the gradients is not finite
     */
    public StepResult step(Rows batch, boolean observe) {
        return update(gradient(batch, observe));
    }

    /** Adds the gradients of a batch for the next step to the parameters; {@link #update} or {@link #clear} must follow. */
    public Losses gradient(Rows batch, boolean observe) {
        return gradients.run(batch, steps(), spec.totalSteps, observe);
    }

    /**
     * Updates the weights from their gradients, and clears the gradients.
     *
     * @param losses the losses that belong to the gradients
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

    /** Clears all gradients. */
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

    /** Returns the number of steps taken. */
    public long steps() {
        return optimizer.steps();
    }

    /** Returns the tensors of the optimiser's state by name, which checkpoints save and restore in place. */
    public Map<String, Tensor> state() {
        return optimizer.state();
    }

    /** Continues after {@code stepsDone} steps; the caller has already restored {@link #state()} and the model. */
    public void resume(long stepsDone) {
        optimizer.resume(stepsDone);
    }

    @Override
    public void close() {
        optimizer.close();
    }
}
