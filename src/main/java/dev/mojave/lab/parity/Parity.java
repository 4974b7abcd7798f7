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
 * Runs the model of a folder on the inputs in its io.safetensors and compares every output that the file has:
 *
 * <ul>
 *   <li>{@code ids} (B, T) and, if not the same, {@code labels}: token t is to predict label t + 1, -100 is not counted; where none counts there is no
 *       loss to compare;
 *   <li>{@code logits} (B, T, V), {@code hidden.i} (B, T, D), the embeddings first and the last after the final norm, {@code ce_loss},
 *       {@code aux_loss} (Mixtral's balance, unweighted), {@code router_logits.i} (B T, E) of the i-th sparse layer;
 *   <li>{@code loss}: cross-entropy, plus the weighted balance where the config says {@code output_router_logits} or {@code aux_loss} is
 *       there; {@code grad.<tensor>}: its gradients under the names of the weights;
 *   <li>all but gradients again with {@code padded_} in front, for {@code padded_ids}, {@code padded_mask} (1 = real, padding behind) and
 *       {@code padded_labels}; what belongs to padding is not compared.
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
     * What was found.
     *
     * @param tensors every comparison
     * @param ignored tensors of the file that mean nothing here
     */
    public record Report(List<TensorParity> tensors, List<String> ignored) {
        /** Returns whether everything passes. */
        public boolean passes() {
            return tensors.stream().allMatch(TensorParity::pass);
        }
    }

    /**
     * Compares.
     *
     * @throws Failure of kind DATA if the folder is not one for parity, or its files do not belong together
     */
    public static Report of(Path path) {
        try (ModelFolder folder = ModelFolder.open(path)) {
            Path file = path.resolve("io.safetensors");
            if (!Files.isRegularFile(file)) {
                throw Failure.data("%s is missing: it holds the inputs and what they must give", file);
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

    /** Compares the outputs of one batch; returns the loss that the reference differentiates. */
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
            throw Failure.data(
                    "%s: %s is %s; expected values are of a float type", io.file(), name, expected.dtype(name));
        }
        return expected.tensor(name).to(DType.FLOAT32);
    }

    private void compare(String name, String kind, Tensor actual, Tensor reference) {
        if (reference.elements() != actual.elements() || !sameShape(reference.shape(), actual.shape())) {
            throw Failure.data(
                    "%s: %s is %s, the model gives %s",
                    io.file(), name, Arrays.toString(expected.shape(name)), Arrays.toString(actual.shape()));
        }
        ignored.remove(name);
        double tolerance = tolerances.of(name, kind);
        double[] found = distance(actual.detach().toFloats(), reference.toFloats());
        double distance = found[0];
        double scale = found[1];
        double relative = scale == 0 ? (distance == 0 ? 0 : Double.POSITIVE_INFINITY) : distance / scale;
        // Not a number is not below anything, so it fails.
        results.add(new TensorParity(name, distance, relative, tolerance, distance <= tolerance));
    }

    /** Returns the largest distance and the largest reference; values that are not finite are at distance 0 from equal ones. */
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

    /** A scalar may be written with one dimension. */
    private static boolean sameShape(long[] a, long[] b) {
        return Arrays.equals(a, b) || (a.length <= 1 && b.length <= 1);
    }

    /** Joins tensors for the shift of labels. */
    static Tensor shifted(Tensor labelsBT) {
        long rows = labelsBT.size(0);
        long tokens = labelsBT.size(1);
        Tensor none = Tensors.full(DType.INT64, -100, rows, 1);
        return tokens == 1 ? none : Tensors.cat(List.of(labelsBT.narrow(1, 1, tokens - 1), none), 1);
    }
}
