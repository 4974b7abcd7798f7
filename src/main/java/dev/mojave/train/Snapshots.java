package dev.mojave.train;

import dev.mojave.base.Failure;
import dev.mojave.interop.HfConfig;
import dev.mojave.interop.SafeEntry;
import dev.mojave.interop.SafeType;
import dev.mojave.interop.WeightNames;
import dev.mojave.model.LanguageModel;
import dev.mojave.run.Checkpoint;
import dev.mojave.run.Checkpoints;
import dev.mojave.run.SavedModel;
import dev.mojave.run.TrainState;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Device;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Moves weights and moments between memory and checkpoints. */
final class Snapshots {
    private Snapshots() {}

    static void save(
            Checkpoints checkpoints, LanguageModel model, AdamW optimizer, TrainState state, boolean best, int keep) {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            checkpoints.save(
                    new Checkpoints.Content(
                            entries(WeightNames.toStored(model.spec(), model.parameters())),
                            entries(optimizer.state()),
                            state,
                            HfConfig.write(model.spec())),
                    best,
                    keep);
        }
    }

    private static List<SafeEntry> entries(Map<String, Tensor> tensors) {
        List<SafeEntry> entries = new ArrayList<>();
        tensors.forEach((name, tensor) -> entries.add(new SafeEntry(
                name,
                SafeType.F32,
                tensor.shape(),
                tensor.detach().to(Device.CPU).contiguous().segment())));
        return entries;
    }

    static void restore(Checkpoint checkpoint, LanguageModel model, AdamW optimizer) {
        SavedModel.copyWeights(checkpoint, model);
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            optimizer
                    .state()
                    .forEach((name, moment) -> moment.copyInPlace(
                            read(checkpoint.optimizer().entry(name), moment, checkpoint)));
        }
    }

    private static Tensor read(SafeEntry entry, Tensor moment, Checkpoint checkpoint) {
        if (!Arrays.equals(entry.shape(), moment.shape())) {
            throw Failure.data(
                    "%s: %s has shape %s, but the model needs %s",
                    checkpoint.optimizer().file(),
                    entry.name(),
                    Arrays.toString(entry.shape()),
                    Arrays.toString(moment.shape()));
        }
        return Tensors.copy(entry.data(), DType.FLOAT32, entry.shape());
    }
}
