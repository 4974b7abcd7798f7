package dev.mojave.run.checkpoint;

import dev.mojave.base.tree.Json;
import dev.mojave.interop.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A verified checkpoint, open for reading. Weights and moments are memory-mapped, so they are read from disk when they are used.
 */
public final class Checkpoint implements AutoCloseable {
    private final Path folder;
    private final TrainState state;
    private final ObjectNode config;
    private final SafetensorsFile weights;
    private final Optional<SafetensorsFile> optimizer;

    private Checkpoint(
            Path folder,
            TrainState state,
            ObjectNode config,
            SafetensorsFile weights,
            Optional<SafetensorsFile> optimizer) {
        this.folder = folder;
        this.state = state;
        this.config = config;
        this.weights = weights;
        this.optimizer = optimizer;
    }

    /** Verifies and opens a checkpoint's folder. */
    static Checkpoint open(Path folder, boolean training) {
        CheckpointFiles.verify(folder, training ? CheckpointFiles.CHECKED : CheckpointFiles.OF_MODEL);
        TrainState state = TrainState.read(folder.resolve(CheckpointFiles.STATE));
        ObjectNode config = Json.read(folder.resolve(CheckpointFiles.CONFIG), ObjectNode.class);
        SafetensorsFile weights = SafetensorsFile.open(folder.resolve(CheckpointFiles.WEIGHTS));
        try {
            Optional<SafetensorsFile> optimizer = training
                    ? Optional.of(SafetensorsFile.open(folder.resolve(CheckpointFiles.OPTIMIZER)))
                    : Optional.empty();
            return new Checkpoint(folder, state, config, weights, optimizer);
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /** Returns its folder. */
    public Path folder() {
        return folder;
    }

    /** Returns the state that the run needs to resume. */
    public TrainState state() {
        return state;
    }

    /** Returns the model's config.json, with Hugging Face's keys. */
    public ObjectNode config() {
        return config;
    }

    /** Returns the weights by name. */
    public SafetensorsFile weights() {
        return weights;
    }

    /**
     * Returns the optimiser's state by name.
     *
     * @throws IllegalStateException if only the model of the checkpoint was opened
     */
    public SafetensorsFile optimizer() {
        return optimizer.orElseThrow(() -> new IllegalStateException(folder + " was opened without its optimizer"));
    }

    @Override
    public void close() {
        try {
            weights.close();
        } finally {
            optimizer.ifPresent(SafetensorsFile::close);
        }
    }
}
