package dev.mojave.run.folder;

import dev.mojave.interop.WeightNames;
import dev.mojave.interop.Weights;
import dev.mojave.interop.hf.HfConfig;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.model.LanguageModel;
import dev.mojave.run.checkpoint.Checkpoint;
import dev.mojave.run.checkpoint.Checkpoints;
import dev.mojave.run.checkpoint.TrainState;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.util.Map;

/** Saves a model's weights and an optimiser's moments to checkpoints, and restores them. */
public final class Snapshots {
    private Snapshots() {}

    /**
     * Saves a checkpoint.
     *
     * @param moments the optimiser's tensors by name
     * @param best whether its validation loss is the best so far
     * @param keep number of newest checkpoints to keep, in addition to {@code last} and {@code best}
     */
    public static void save(
            Checkpoints checkpoints,
            LanguageModel model,
            Map<String, Tensor> moments,
            TrainState state,
            boolean best,
            int keep) {
        save(checkpoints, model, moments, state, best, keep, "");
    }

    /**
     * Saves a checkpoint of an imported model.
     *
     * @param origin the {@code model_type} of the imported model: see {@link HfConfig#write(dev.mojave.model.ModelSpec, String)}
     */
    public static void save(
            Checkpoints checkpoints,
            LanguageModel model,
            Map<String, Tensor> moments,
            TrainState state,
            boolean best,
            int keep,
            String origin) {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            checkpoints.save(
                    new Checkpoints.Content(
                            Weights.entries(WeightNames.toStored(model.spec(), model.tensors())),
                            Weights.entries(moments),
                            state,
                            HfConfig.write(model.spec(), origin)),
                    best,
                    keep);
        }
    }

    /**
     * Copies a checkpoint's weights into a model of the same specification.
     *
     * @throws dev.mojave.base.Failure of kind DATA that names the tensors that are missing, unexpected or of another shape
     */
    public static void restore(Checkpoint checkpoint, LanguageModel model) {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            WeightNames.fromStored(model.spec(), StoredTensors.of(checkpoint.weights()), model.tensors());
        }
    }

    /** Copies a checkpoint's moments into an optimiser's tensors of the same names. */
    public static void restore(Checkpoint checkpoint, Map<String, Tensor> moments) {
        Weights.load(checkpoint.optimizer(), moments);
    }
}
