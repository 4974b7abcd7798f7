package dev.mojave.train;

import dev.mojave.base.StopSignal;
import dev.mojave.base.tree.Json;
import dev.mojave.data.store.TokenSplit;
import dev.mojave.data.window.Batch;
import dev.mojave.data.window.Cursor;
import dev.mojave.data.window.RowLayout;
import dev.mojave.data.window.Sampler;
import dev.mojave.eval.Rows;
import dev.mojave.run.checkpoint.Checkpoint;
import dev.mojave.run.checkpoint.TrainState;
import dev.mojave.run.folder.Snapshots;
import dev.mojave.train.learn.Learner;
import dev.mojave.train.listen.Listener;
import dev.mojave.train.listen.Moment;
import dev.mojave.train.listen.RunPosition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The training loop: a step, then the listeners, until the recipe's length is reached or a stop is requested. Its future depends
 * only on its {@link TrainState}, the weights and the optimiser's state, so a resumed run equals an uninterrupted one bit for
 * bit.
 */
public final class Trainer implements AutoCloseable {
    private final TrainJob job;
    private final TokenSplit text;
    private final Learner learner;
    private final List<String> categories;
    private final long totalSteps;
    private final RowLayout cut;
    private final double tokensPerRow;
    private final Map<String, JsonNode> restored = new LinkedHashMap<>();
    private final long started = System.nanoTime();
    private Sampler sampler;
    private double earlierSeconds;

    /**
     * Creates a trainer before the first step.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if recipe and data are incompatible
     */
    public Trainer(TrainJob job) {
        this.job = job;
        this.text = job.data().train();
        this.cut = job.data().cut(job.model().spec().maxPositionEmbeddings());
        this.tokensPerRow = cut.tokensPerRow(text);
        this.totalSteps = TotalSteps.of(job.spec(), text, cut);
        this.categories = Categories.of(job.model().spec(), job.data());
        Categories.requireSchedulesStart(job.model().spec(), totalSteps);
        this.learner = job.learner(totalSteps);
        this.sampler = Sampler.start(text, cut, job.spec().seed());
    }

    /** Continues from a checkpoint of the same recipe. */
    void resume(Checkpoint checkpoint) {
        TrainState state = checkpoint.state();
        Snapshots.restore(checkpoint, job.model());
        Snapshots.restore(checkpoint, learner.state());
        learner.resume(state.step());
        earlierSeconds = state.elapsedSeconds();
        sampler = Sampler.resume(text, cut, Json.mapper().convertValue(state.cursor(), Cursor.class));
        restored.putAll(state.listeners());
    }

    /**
     * Restores a listener's state from the checkpoint, if it contains one. Only the first call for a listener has an effect;
     * {@link #run} restores all remaining listeners.
     */
    void restore(Listener.Stateful listener) {
        Optional.ofNullable(restored.remove(listener.key())).ifPresent(listener::restore);
    }

    /**
     * Trains until the end of the run or until the signal arrives.
     *
     * @return whether the recipe's length was reached
     * @throws dev.mojave.base.Failure of kind TRAINING if a loss or gradient is not finite; the last checkpoint is untouched
     */
    boolean run(List<Listener> listeners, StopSignal signal) {
        Listener.stateful(listeners).values().forEach(this::restore);
        while (learner.steps() < totalSteps && !signal.requested()) {
            boolean observe = listeners.stream().anyMatch(listener -> listener.observes(learner.steps()));
            long start = System.nanoTime();
            Batch batch = sampler.next(job.spec().batchSize());
            Learner.StepResult result = learner.step(rows(batch), observe);
            double seconds = (System.nanoTime() - start) / 1e9;
            Moment moment = new Moment(result, position(), seconds, batch.targetCount());
            listeners.forEach(listener -> listener.after(moment));
        }
        boolean finished = learner.steps() == totalSteps;
        listeners.forEach(listener -> listener.end(finished));
        return finished;
    }

    /** Returns the batch with the categories of its tokens: the categories that the model reads, or all if it reads none. */
    private Rows rows(Batch batch) {
        Optional<int[]> ofTokens =
                categories.isEmpty() ? Optional.empty() : Optional.of(batch.categories(text, categories));
        return Rows.of(batch, cut instanceof RowLayout.Documents, ofTokens, categories.size());
    }

    /** Returns the position of the run. */
    RunPosition position() {
        long tokens = Math.round(learner.steps() * job.spec().batchSize() * tokensPerRow);
        long words = Math.round(tokens * ((double) text.words() / text.tokens()));
        double elapsed = earlierSeconds + (System.nanoTime() - started) / 1e9;
        return new RunPosition(learner.steps(), totalSteps, tokens, words, elapsed);
    }

    /** Returns the names of the text categories that the run distinguishes; empty if there are none. */
    List<String> categories() {
        return categories;
    }

    /** Writes a checkpoint, including the listeners' state. */
    void save(List<Listener> listeners, boolean best) {
        RunPosition now = position();
        Map<String, JsonNode> states = new LinkedHashMap<>();
        Listener.stateful(listeners)
                .forEach((key, listener) -> listener.state().ifPresent(state -> states.put(key, state)));
        TrainState state = new TrainState(
                TrainState.VERSION,
                now.step(),
                now.tokens(),
                now.words(),
                Json.mapper().valueToTree(sampler.cursor()),
                states,
                now.elapsedSeconds(),
                job.engine().asMap(),
                job.data().checksum(),
                job.recipeSha256());
        int keep = job.spec().checkpoint().keep();
        Snapshots.save(job.folder().checkpoints(), job.model(), learner.state(), state, best, keep);
    }

    @Override
    public void close() {
        learner.close();
    }
}
