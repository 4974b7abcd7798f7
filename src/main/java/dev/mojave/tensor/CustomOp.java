package dev.mojave.tensor;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Edge;
import org.bytedeco.pytorch.EdgeVector;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Node;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A differentiable operation whose forward and backward are written in Java.
 *
 * <p>libtorch's presets expose no {@code autograd::Function}, so the graph is built from stock nodes whose edges are
 * rewired: an alias of each input carries a hook that returns that input's true gradient; a scalar stand-in on a meta
 * tensor (no memory) leads to each alias; {@code cat} joins the stand-ins and the backward of {@code gather} with an empty
 * index accepts a gradient of any shape. That node becomes the output's gradient edge, and a hook on the output runs the
 * Java backward. About 0.1 ms forward plus backward.
 *
 * <p>The callbacks belong to the innermost open {@link Scope}, which must stay open until backward has run.
 */
public final class CustomOp {
    private CustomOp() {}

    /** The backward pass. */
    @FunctionalInterface
    public interface Backward {
        /**
         * Maps the gradient of the output to the gradients of the inputs, in order. Entries of inputs that need no
         * gradient are ignored and may be any tensor; recording is off while this runs.
         */
        List<Tensor> apply(Tensor outputGradient);
    }

    /**
     * Connects an output, computed without recording, to the inputs that it depends on.
     *
     * @param output result of the forward pass, not recorded, any float dtype
     * @param inputs every tensor that may need a gradient
     * @return {@code output}, differentiable if any input is and recording is on
     */
    public static Tensor attach(Tensor output, List<Tensor> inputs, Backward backward) {
        if (!recording(inputs.toArray(new Tensor[0]))) {
            return output;
        }
        Connection connection = new Connection(inputs.size());
        TensorVector standIns = new TensorVector();
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).requiresGrad()) {
                standIns.push_back(standIn(inputs.get(i), connection, i));
            }
        }
        Node joint = torch.cat(standIns, 0)
                .gather(0, torch.empty(new long[] {0}, Options.of(DType.INT64), new MemoryFormatOptional()))
                .grad_fn();
        joint.clear_input_metadata();
        torch.create_gradient_edge(output.handle(), joint);
        TensorTensorHook run = new TensorTensorHook() {
            @Override
            public TensorBase call(TensorBase gradient) {
                connection.gradients = backward.apply(new Tensor(new org.bytedeco.pytorch.Tensor(gradient)));
                return gradient;
            }
        };
        Scope.hold(run);
        output.handle().register_hook(run);
        return output;
    }

    /** Returns whether an operation on these inputs would be recorded: what a forward need not compute or keep otherwise. */
    public static boolean recording(Tensor... inputs) {
        return GradMode.is_enabled() && Arrays.stream(inputs).anyMatch(Tensor::requiresGrad);
    }

    /** A one-element tensor whose backward leads to an alias of the input, which then reports the true gradient. */
    private static org.bytedeco.pytorch.Tensor standIn(Tensor input, Connection connection, int index) {
        org.bytedeco.pytorch.Tensor alias = input.handle().alias();
        TensorTensorHook report = new TensorTensorHook() {
            @Override
            public TensorBase call(TensorBase ignored) {
                return connection.gradient(index).handle();
            }
        };
        Scope.hold(report);
        alias.register_hook(report);
        org.bytedeco.pytorch.Tensor meta = torch.empty(input.shape(), Meta.options(), new MemoryFormatOptional());
        meta.set_requires_grad(true);
        Node sum = meta.sum().grad_fn();
        sum.set_next_edges(new EdgeVector(new Edge(alias.grad_fn(), (int) alias.output_nr())));
        sum.clear_input_metadata();
        org.bytedeco.pytorch.Tensor scalar = torch.zeros(new long[0], Options.of(DType.FLOAT32));
        torch.create_gradient_edge(scalar, sum);
        return scalar.view(1);
    }

    /** Carries the gradients from the output's hook to the inputs' hooks; each is handed over once. */
    private static final class Connection {
        private @Nullable List<Tensor> gradients;
        private final int inputs;

        Connection(int inputs) {
            this.inputs = inputs;
        }

        Tensor gradient(int index) {
            List<Tensor> all = gradients;
            if (all == null || all.size() != inputs) {
                throw new TensorException(
                        "a custom operation's backward must return one gradient for each input", null);
            }
            return all.get(index);
        }
    }

    /** Options of the meta device, on which a tensor has a shape and no memory. */
    private static final class Meta {
        private static final org.bytedeco.pytorch.TensorOptions OPTIONS = make();

        private static org.bytedeco.pytorch.TensorOptions make() {
            org.bytedeco.pytorch.TensorOptions options = new org.bytedeco.pytorch.TensorOptions(torch.ScalarType.Float)
                    .device(new org.bytedeco.pytorch.DeviceOptional(new org.bytedeco.pytorch.Device("meta")));
            options.retainReference();
            return options;
        }

        static org.bytedeco.pytorch.TensorOptions options() {
            return OPTIONS;
        }
    }
}
