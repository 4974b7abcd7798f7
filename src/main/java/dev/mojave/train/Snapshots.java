package dev.mojave.train;

import dev.mojave.interop.HfConfig;
import dev.mojave.interop.WeightNames;
import dev.mojave.interop.Weights;
import dev.mojave.model.LanguageModel;
import dev.mojave.run.Checkpoint;
import dev.mojave.run.Checkpoints;
import dev.mojave.run.SavedModel;
import dev.mojave.run.TrainState;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;

/** Moves weights and moments between memory and checkpoints. */
final class Snapshots {
    private Snapshots() {}

    static void save(
            Checkpoints checkpoints, LanguageModel model, AdamW optimizer, TrainState state, boolean best, int keep) {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            checkpoints.save(
                    new Checkpoints.Content(
                            Weights.entries(WeightNames.toStored(model.spec(), model.parameters())),
                            Weights.entries(optimizer.state()),
                            state,
                            HfConfig.write(model.spec())),
                    best,
                    keep);
        }
    }

    static void restore(Checkpoint checkpoint, LanguageModel model, AdamW optimizer) {
        SavedModel.copyWeights(checkpoint, model);
        Weights.load(checkpoint.optimizer(), optimizer.state());
    }
}
