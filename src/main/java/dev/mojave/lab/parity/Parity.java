package dev.mojave.lab.parity;

import dev.mojave.base.Failure;
import dev.mojave.interop.ModelFolder;
import dev.mojave.interop.WeightNames;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.Output;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.BalanceLosses;
import dev.mojave.moe.routing.Routing;
import dev.mojave.nn.Context;
import dev.mojave.nn.Parameter;
import dev.mojave.result.TensorParity;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Runs the model of a folder on the inputs in its io.safetensors and compares its outputs with every reference value in that
 * file:
 *
 * <ul>
 *   <li>{@code ids} (B, T) and, if they differ, {@code labels}: token t predicts label t + 1, and labels of -100 are ignored; if
 *       all are ignored, no loss is compared;
 *   <li>{@code logits} (B, T, V), {@code hidden.i} (B, T, D), of which the first is the embeddings and the last is taken after
 *       the final norm, {@code ce_loss}, {@code aux_loss} (Mixtral's balance loss, unweighted), {@code router_logits.i} (B T, E)
 *       of the i-th sparse layer;
 *   <li>{@code loss}: cross-entropy, plus the weighted balance loss if the config sets {@code output_router_logits} or the file
 *       has {@code aux_loss}; {@code grad.<tensor>}: the gradients of {@code loss}, under the names of the weights;
 *   <li>all but the gradients again with the prefix {@code padded_}, for {@code padded_ids}, {@code padded_mask} (1 = real token;
 *       padding on the right) and {@code padded_labels}; positions of padding are not compared.
 * </ul>
 */
public final class Parity {
    private static final String PADDED = "padded_";
    private static final String GRADIENT = "grad.";

    private final ModelFolder folder;
    private final SafetensorsFile io;
    private final StoredTensors expected;
    private final Tolerances tolerances;
    private final LanguageModel model;
    private final List<TensorParity> results = new ArrayList<>();
    private final TreeSet<String> ignored;

    private Parity(ModelFolder folder, SafetensorsFile io, LanguageModel model) {
        this.folder = folder;
        this.io = io;
        this.model = model;
        this.expected = StoredTensors.of(io);
        this.tolerances = Tolerances.of(folder.path(), io);
        this.ignored = new TreeSet<>(expected.names());
    }

    /**
     * The result of a comparison.
     *
     * @param tensors every compared tensor
     * @param ignored names of tensors in the file that were not compared
     */
    public record Report(List<TensorParity> tensors, List<String> ignored) {
        /** Returns whether every tensor passes. */
        public boolean passes() {
            return tensors.stream().allMatch(TensorParity::pass);
        }
    }

    /**
     * Compares the model of a folder with its reference values.
     *
     * @throws Failure of kind DATA if the folder has no reference values, or they do not fit the model
     */
    public static Report of(Path path) {
        try (ModelFolder folder = ModelFolder.open(path)) {
            Path file = path.resolve("io.safetensors");
            if (!Files.isRegularFile(file)) {
                throw Failure.data("%s is missing: it must contain the inputs and the expected outputs", file);
            }
            try (SafetensorsFile io = SafetensorsFile.open(file);
                    LanguageModel model = folder.load();
                    Scope _ = Scope.open()) {
                return new Parity(folder, io, model).run();
            }
        }
    }

    private Report run() {
        ParityBatch plain = ParityBatch.read(expected, folder.spec(), "");
        Tensor loss = batch("", plain);
        if (expected.names().stream().anyMatch(name -> name.startsWith(GRADIENT))) {
            loss.backward();
            gradients();
        }
        if (io.contains(PADDED + "ids")) {
            batch(PADDED, ParityBatch.read(expected, folder.spec(), PADDED));
        }
        ignored.removeAll(ParityBatch.INPUTS);
        if (results.isEmpty()) {
            throw Failure.data("%s has inputs but nothing to compare with, such as logits or ce_loss", io.file());
        }
        return new Report(List.copyOf(results), List.copyOf(ignored));
    }

    /** Compares the outputs of one batch; returns the loss whose gradients the reference contains. */
    private Tensor batch(String prefix, ParityBatch batch) {
        Output output = model.forward(batch.inputs(), Context.EVALUATION);
        compare(prefix + "logits", "logits", batch.real(output.logitsBSV()), batch);
        for (int i = 0; i < output.hiddenBSD().size(); i++) {
            compare(
                    prefix + "hidden." + i,
                    "hidden",
                    batch.real(output.hiddenBSD().get(i)),
                    batch);
        }
        Tensor loss = output.crossEntropy().orElseThrow();
        if (batch.predicts()) {
            compare(prefix + "ce_loss", "ce_loss", loss, batch);
        }
        List<Routing> routing = output.routing();
        if (!routing.isEmpty()) {
            Tensor balance = BalanceLosses.mixtralBalance(routing);
            compare(prefix + "aux_loss", "aux_loss", balance, batch);
            for (int i = 0; i < routing.size(); i++) {
                compare(
                        prefix + "router_logits." + i,
                        "router_logits",
                        routing.get(i).logitsTE(),
                        batch);
            }
            if (io.contains(prefix + "aux_loss")
                    || folder.config().path("output_router_logits").asBoolean(false)) {
                loss = loss.add(balance.mul(balanceCoefficient()));
            }
        }
        if (batch.predicts()) {
            compare(prefix + "loss", "loss", loss, batch);
        }
        return loss;
    }

    private double balanceCoefficient() {
        return folder.spec()
                .mixture()
                .orElseThrow()
                .choice()
                .losses()
                .at(0, 1)
                .getOrDefault(BalanceLoss.MIXTRAL_BALANCE, 0.0);
    }

    private void gradients() {
        List<Parameter> gradients = new ArrayList<>();
        try (NoGrad _ = NoGrad.open()) {
            for (Parameter p : model.parameters()) {
                Tensor gradient =
                        p.value().grad().orElseGet(() -> p.value().detach().mul(0));
                gradients.add(new Parameter(p.name(), gradient, p.role()));
            }
            Map<String, Tensor> stored = WeightNames.toStored(folder.spec(), gradients);
            for (String name : expected.names()) {
                if (name.startsWith(GRADIENT)) {
                    Tensor gradient = stored.get(name.substring(GRADIENT.length()));
                    if (gradient == null) {
                        throw Failure.data(
                                "%s: %s is the gradient of a tensor that the model does not have", io.file(), name);
                    }
                    compare(name, "grad", gradient);
                }
            }
        }
    }

    private void compare(String name, String kind, Tensor actual, ParityBatch batch) {
        if (io.contains(name)) {
            Tensor values = kind.equals("router_logits") ? batch.realRows(value(name), actual) : value(name);
            compare(name, kind, actual, batch.realLike(values));
        }
    }

    private void compare(String name, String kind, Tensor actual) {
        compare(name, kind, actual, value(name));
    }

    private Tensor value(String name) {
        if (!expected.dtype(name).isFloat()) {
            throw Failure.data("%s: %s is %s; expected values must be floats", io.file(), name, expected.dtype(name));
        }
        return expected.tensor(name).to(DType.FLOAT32);
    }

    private void compare(String name, String kind, Tensor actual, Tensor reference) {
        if (reference.elements() != actual.elements() || !sameShape(reference.shape(), actual.shape())) {
            throw Failure.data(
                    "%s: %s has the shape %s, but the model computes %s",
                    io.file(), name, Arrays.toString(expected.shape(name)), Arrays.toString(actual.shape()));
        }
        ignored.remove(name);
        double tolerance = tolerances.of(name, kind);
        double[] found = distance(actual.detach().toFloats(), reference.toFloats());
        double distance = found[0];
        double scale = found[1];
        double relative = scale == 0 ? (distance == 0 ? 0 : Double.POSITIVE_INFINITY) : distance / scale;
        // NaN fails, since it compares false.
        results.add(new TensorParity(name, distance, relative, tolerance, distance <= tolerance));
    }

    /**
     * Returns the largest absolute difference and the largest finite reference magnitude; equal values differ by 0, infinite ones
     * included.
     */
    private static double[] distance(float[] actual, float[] reference) {
        double distance = 0;
        double scale = 0;
        for (int i = 0; i < actual.length; i++) {
            boolean same = Float.compare(actual[i], reference[i]) == 0;
            distance = Math.max(distance, same ? 0 : Math.abs((double) actual[i] - reference[i]));
            scale = Math.max(scale, Float.isFinite(reference[i]) ? Math.abs(reference[i]) : 0);
        }
        return new double[] {distance, scale};
    }

    /** Returns whether shapes agree; a scalar may also be stored with one dimension. */
    private static boolean sameShape(long[] a, long[] b) {
        return Arrays.equals(a, b) || (a.length <= 1 && b.length <= 1);
    }

    /** Shifts labels (B, T) left by one token; the last position of each row becomes -100. */
    static Tensor shifted(Tensor labelsBT) {
        long rows = labelsBT.size(0);
        long tokens = labelsBT.size(1);
        Tensor none = Tensors.full(DType.INT64, -100, rows, 1);
        return tokens == 1 ? none : Tensors.cat(List.of(labelsBT.narrow(1, 1, tokens - 1), none), 1);
    }
}
