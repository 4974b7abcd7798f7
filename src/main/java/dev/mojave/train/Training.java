package dev.mojave.train;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import dev.mojave.run.recipe.TrainSpec;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.train.listen.Checkpointing;
import dev.mojave.train.listen.Evaluation;
import dev.mojave.train.listen.ExpertProfiling;
import dev.mojave.train.listen.Listener;
import dev.mojave.train.listen.Log;
import dev.mojave.train.listen.RunPosition;
import dev.mojave.train.listen.Sample;
import dev.mojave.train.listen.ShownProgress;
import dev.mojave.train.listen.StatusFile;
import dev.mojave.train.listen.StepMetrics;
import java.util.ArrayList;
import java.util.List;

/** Runs the training loop with all its listeners, and records its end in status.json. */
final class Training {
    private final TrainJob job;
    private final Trainer trainer;
    private final Progress progress;
    private final StopSignal signal;

    /** Creates a run at the trainer's position. */
    Training(TrainJob job, Trainer trainer, Progress progress, StopSignal signal) {
        this.job = job;
        this.trainer = trainer;
        this.progress = progress;
        this.signal = signal;
    }

    /**
     * Trains until the end of the run or until the signal arrives.
     *
     * @return whether the run reached its end
     */
    boolean run(Evaluation evaluation) {
        RunFolder folder = job.folder();
        job.model().spec().caveats().forEach(caveat -> progress.say("warning: " + caveat));
        RunPosition start = trainer.position();
        StatusFile status = new StatusFile(folder, start.totalSteps(), start.step());
        try (Log log = new Log(folder)) {
            boolean finished = trainer.run(listeners(evaluation, log, status), signal);
            if (finished) {
                status.end(Status.State.FINISHED, null);
            } else {
                status.end(Status.State.INTERRUPTED, "stopped by a signal; --resume auto continues it");
            }
            return finished;
        } catch (RuntimeException e) {
            status.failed(e);
            throw e;
        }
    }

    /**
     * Returns the listeners, in order: measurements are logged before a checkpoint records that the run has reached this step.
     */
    private List<Listener> listeners(Evaluation evaluation, Log log, StatusFile status) {
        TrainSpec spec = job.spec();
        long steps = trainer.position().totalSteps();
        double flops = job.model().spec().counts().flopsPerToken();
        List<Listener> all = new ArrayList<>();
        all.add(new ShownProgress(progress, steps));
        all.add(new StepMetrics(spec.logEvery(), steps, flops, Engine.matmulCeiling(job.engine())));
        all.add(evaluation);
        all.add(log);
        all.add(status);
        all.add(new Checkpointing(spec.checkpoint().every(), log, best -> trainer.save(all, best)));
        all.add(new Sample(job.model(), job.data().tokenizer(), spec.seed(), job.folder(), log, trainer::position));
        all.add(new ExpertProfiling(job.model(), job.data(), trainer.categories(), job.folder()));
        return all;
    }

    /** Returns the evaluation of a run before its first step. */
    static Evaluation evaluation(TrainJob job, Progress progress) {
        return new Evaluation(job.model(), job.data(), job.spec(), progress);
    }
}
