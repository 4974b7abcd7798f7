package dev.mojave.train;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.Json;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.Units;
import dev.mojave.data.Batch;
import dev.mojave.data.Cursor;
import dev.mojave.data.Cut;
import dev.mojave.data.PreparedData;
import dev.mojave.data.Sampler;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Context;
import dev.mojave.result.EvalResult;
import dev.mojave.run.Checkpoint;
import dev.mojave.run.MetricLine;
import dev.mojave.run.MetricsLog;
import dev.mojave.run.OptimizerSpec;
import dev.mojave.run.RunLog;
import dev.mojave.run.Runs;
import dev.mojave.run.Snapshots;
import dev.mojave.run.TrainSpec;
import dev.mojave.run.TrainState;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.engine.ProcessMemory;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Trains one model: steps, evaluations, checkpoints and the log, until the recipe's length is reached or someone asks to stop. What
 * it does next depends only on its {@link TrainState}, the weights and the moments, so that a resumed run repeats an undisturbed one
 * bit for bit.
 */
public final class Trainer implements AutoCloseable {
    /** Told after every step that the run lives. */
    @FunctionalInterface
    public interface Heartbeat {
        /** The run has done so many steps; {@code metrics} are the newest by standard name. */
        void beat(long step, Map<String, Double> metrics);
    }

    /**
     * How a run ended.
     *
     * @param finished whether the recipe's length was reached; otherwise someone asked to stop
     * @param step optimiser steps done
     * @param last the evaluation over all held-out windows; absent unless finished
     * @param bestValLoss lowest validation loss seen, nats per token
     */
    public record Outcome(boolean finished, long step, Optional<EvalResult> last, OptionalDouble bestValLoss) {}

    private static final String DROPOUT = "dropout";

    private final TrainJob job;
    private final LanguageModel model;
    private final TrainSpec spec;
    private final AdamW optimizer;
    private final Context context;
    private final TrainStep trainStep;
    private final List<String> categories;
    private final Evaluations evaluations;
    private final Rng dropout = Rng.dropout();
    private final long totalSteps;
    private final Cut cut;
    private final double tokensPerRow;
    private Sampler sampler;
    private long step;
    private double elapsedSeconds;
    private OptionalDouble bestValLoss = OptionalDouble.empty();
    private Optional<RunLog> openLog = Optional.empty();

    /** Prepares a run from its first step. */
    public Trainer(TrainJob job) {
        this.job = job;
        this.model = job.model();
        this.spec = job.spec();
        this.cut = job.data().cut(model.spec().maxPositionEmbeddings());
        this.tokensPerRow = cut.tokensPerRow(job.data().train());
        this.optimizer = new AdamW(
                switch (spec.optimizer()) {
                    case OptimizerSpec.AdamW a -> new AdamW.Spec(a.beta1(), a.beta2(), a.eps(), a.weightDecay());
                },
                model.parameters());
        DType compute = job.engine().mixed() ? DType.BFLOAT16 : DType.FLOAT32;
        this.context = new Context(true, compute, spec.recompute());
        this.trainStep = new TrainStep(model, context, spec.microBatchSize());
        this.evaluations = new Evaluations(model, job.data(), spec);
        this.sampler = Sampler.start(job.data().train(), cut, spec.seed());
        this.totalSteps = TotalSteps.of(spec, job.data().train(), cut);
        this.categories = categories(model.spec(), job.data());
        requireStart();
        dropout.reseed(spec.seed());
    }

    /** The categories that are told to the router, or, where it wants none, all that the data has, to see who takes what. */
    private static List<String> categories(ModelSpec model, PreparedData data) {
        if (model.categories().isEmpty()) {
            return model.sparse() ? data.categories() : List.of();
        }
        if (model.categories().stream().noneMatch(data.categories()::contains)) {
            throw Failure.usage(
                    "model.moe.router: task-aware routing is told categories of documents, but %s has %s, none of %s; correct"
                            + " model.moe.router.categories, set data.category_field, or choose another router",
                    data.train().source(),
                    data.categories().isEmpty()
                            ? "documents without categories"
                            : "the categories " + String.join(", ", data.categories()),
                    String.join(", ", model.categories()));
        }
        return model.categories();
    }

    /** A length in steps was checked with the recipe; other lengths are known only now. */
    private void requireStart() {
        try {
            model.spec().requireSchedulesStart(totalSteps);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("%s", String.valueOf(e.getMessage())).because(e);
        }
    }

    /** Continues from a checkpoint of the same recipe; the log is cut back to it. */
    public void resume(Checkpoint checkpoint) {
        TrainState state = checkpoint.state();
        Snapshots.restore(checkpoint, model);
        Snapshots.restore(checkpoint, optimizer.state());
        optimizer.resume(state.step());
        step = state.step();
        elapsedSeconds = state.elapsedSeconds();
        sampler = Sampler.resume(job.data().train(), cut, Json.mapper().convertValue(state.cursor(), Cursor.class));
        String saved = state.rng().get(DROPOUT);
        Check.that(saved != null, "the checkpoint has no state of the random stream '%s'", DROPOUT);
        dropout.restore(Base64.getDecoder().decode(saved));
        MetricsLog.truncateAfter(job.folder().metrics(), step);
        bestValLoss = best(state);
        job.folder().samples().truncateAfter(step);
    }

    /**
     * What is to be beaten. Where a run once ended here and goes on, the state has the loss over all held-out text, and the log that over the
     * windows which the coming evaluations take, written by {@link #reopen}.
     */
    private OptionalDouble best(TrainState state) {
        if (job.folder().checkpoints().best().equals(Optional.of(step))) {
            Optional<Double> logged = MetricsLog.read(job.folder().metrics()).stream()
                    .filter(line -> line.step() == step)
                    .flatMap(line -> Optional.ofNullable(line.scalars().get(Runs.VAL_LOSS)).stream())
                    .reduce((first, second) -> second);
            if (logged.isPresent()) {
                return OptionalDouble.of(logged.get());
            }
        }
        return optional(state.bestValLoss());
    }

    /**
     * Takes back what only the end of a run does, so that one that goes on to more steps has the log of one that never ended: the
     * evaluation over all held-out text gives way to one over the windows of all others, and how fast it wrote is not said yet.
     *
     * @param begin called once nothing costly is left to do, before the log changes
     */
    void reopen(Progress progress, Runnable begin) {
        MetricsRecorder recorder = new MetricsRecorder();
        EvalResult result = evaluations.run(false, recorder, progress);
        begin.run();
        MetricsLog.rewrite(job.folder().metrics(), line -> {
            if (line.step() < step) {
                return Optional.of(line);
            }
            boolean evaluation = line.scalars().containsKey(Runs.VAL_LOSS);
            MetricLine changed =
                    line.with(name -> name.startsWith("generate/"), evaluation ? recorder.scalars() : Map.of());
            return changed.scalars().isEmpty() && changed.lists().isEmpty() ? Optional.empty() : Optional.of(changed);
        });
        if (job.folder().checkpoints().best().equals(Optional.of(step))) {
            bestValLoss = OptionalDouble.of(result.natsPerToken());
        }
    }

    private static OptionalDouble optional(@org.jspecify.annotations.Nullable Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** Returns how many steps are done. */
    public long step() {
        return step;
    }

    /** Returns the names of the categories of text that the run looks at; empty where there are none. */
    List<String> categories() {
        return categories;
    }

    /** Returns how many steps the whole run has. */
    public long totalSteps() {
        return totalSteps;
    }

    /**
     * Trains until the end or until the signal.
     *
     * @throws Failure of kind TRAINING if a loss or gradient is not finite; the last checkpoint stands
     */
    public Outcome run(Progress progress, StopSignal signal, Heartbeat heartbeat) {
        progress.start("training", totalSteps, "steps");
        Stopwatch watch = new Stopwatch(elapsedSeconds);
        Optional<EvalResult> last = Optional.empty();
        boolean saved = true;
        RunLog log = log();
        while (step < totalSteps && !signal.requested()) {
            MetricsRecorder recorder = new MetricsRecorder();
            oneStep(recorder, watch, progress);
            boolean done = step == totalSteps;
            boolean best = false;
            if (done || step % spec.evalEvery() == 0) {
                EvalResult result = evaluations.run(done, recorder, progress);
                last = done ? Optional.of(result) : last;
                best = note(result);
            }
            if (!recorder.isEmpty()) {
                log.write(line(recorder, watch));
            }
            heartbeat.beat(step, recorder.scalars());
            saved = done || best || step % spec.checkpoint().every() == 0;
            if (saved) {
                log.force();
                save(best, watch);
            }
        }
        if (!saved) {
            log.force();
            save(false, watch);
        }
        elapsedSeconds = watch.elapsedSeconds();
        return new Outcome(step == totalSteps, step, last, bestValLoss);
    }

    /** Opened with the first line, when a resumed run has been cut back to its checkpoint. */
    private RunLog log() {
        if (openLog.isEmpty()) {
            openLog = Optional.of(RunLog.open(job.folder()));
        }
        return openLog.get();
    }

    /** Adds metrics measured after training to the log. */
    void log(Map<String, Double> scalars) {
        RunLog log = log();
        log.write(new MetricLine(step, tokens(), words(), elapsedSeconds, scalars, Map.of()));
        log.force();
    }

    private void oneStep(MetricsRecorder recorder, Stopwatch watch, Progress progress) {
        boolean logged = (step + 1) % spec.logEvery() == 0 || step + 1 == totalSteps || step == 0;
        double learningRate = LearningRate.at(spec.schedule(), spec.learningRate(), step, totalSteps);
        watch.resumeStep();
        Batch batch = sampler.next(spec.batchSize());
        TrainStep.Result result = trainStep.run(rows(batch), step, totalSteps, logged);
        double norm = Gradients.norm(model.parameters());
        requireFinite(result, norm, learningRate);
        optimizer.step(learningRate, Gradients.clipScale(norm, spec.gradientClip()));
        Gradients.clear(model.parameters());
        model.afterStep(result.wanted(), context);
        step++;
        watch.pauseStep(batch.targetCount());
        progress.update(
                step,
                "loss " + String.format(Locale.ROOT, "%.4f", result.loss()) + " · "
                        + Units.count(watch.recentTokensPerSecond()) + " tokens/s");
        if (logged) {
            recorder.step(result, norm, learningRate);
            double speed = watch.takeTokensPerSecond();
            recorder.cost(
                    speed,
                    speed * model.spec().counts().flopsPerToken(),
                    job.ceilingFlopsPerSecond(),
                    ProcessMemory.peakBytes());
        }
    }

    /** The batch with the categories of its tokens: those that the model knows, or all where it is not told any. */
    private TrainStep.Rows rows(Batch batch) {
        return new TrainStep.Rows(
                batch.ids(),
                batch.targets(),
                batch.rows(),
                categories.isEmpty()
                        ? Optional.empty()
                        : Optional.of(batch.categories(job.data().train(), categories)),
                categories.size(),
                cut instanceof Cut.Documents ? Optional.of(batch.lengths()) : Optional.empty());
    }

    private void requireFinite(TrainStep.Result result, double norm, double learningRate) {
        if (!Double.isFinite(result.loss()) || !Double.isFinite(norm)) {
            throw Failure.training(
                    "step %d: the loss is %s and the norm of the gradients is %s (learning rate %.2e): training has diverged"
                            + " and was stopped; the last checkpoint is untouched. Lower train.learning_rate, lengthen"
                            + " train.schedule.warmup_steps or set train.gradient_clip",
                    step + 1, result.loss(), norm, learningRate);
        }
    }

    private boolean note(EvalResult result) {
        double loss = result.natsPerToken();
        boolean best = bestValLoss.isEmpty() || loss < bestValLoss.getAsDouble();
        if (best) {
            bestValLoss = OptionalDouble.of(loss);
        }
        return best;
    }

    private MetricLine line(MetricsRecorder recorder, Stopwatch watch) {
        return new MetricLine(step, tokens(), words(), watch.elapsedSeconds(), recorder.scalars(), recorder.lists());
    }

    private long tokens() {
        return Math.round(step * spec.batchSize() * tokensPerRow);
    }

    private long words() {
        double wordsPerToken =
                (double) job.data().train().words() / job.data().train().tokens();
        return Math.round(tokens() * wordsPerToken);
    }

    private void save(boolean best, Stopwatch watch) {
        TrainState state = new TrainState(
                TrainState.VERSION,
                step,
                tokens(),
                words(),
                Json.mapper().valueToTree(sampler.cursor()),
                Map.of(DROPOUT, Base64.getEncoder().encodeToString(dropout.state())),
                bestValLoss.isPresent() ? bestValLoss.getAsDouble() : null,
                watch.elapsedSeconds(),
                job.engine().asMap(),
                job.data().checksum(),
                job.recipeSha256());
        Snapshots.save(
                job.folder().checkpoints(),
                model,
                optimizer.state(),
                state,
                best,
                spec.checkpoint().keep());
    }

    @Override
    public void close() {
        openLog.ifPresent(RunLog::close);
        optimizer.close();
    }
}
