package dev.mojave.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
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

    /**
     * The memory to which a backward pass may write the gradient of an input.
     *
     * @param gradient float32, contiguous, of the input's shape
     * @param adds whether it holds an earlier gradient, to which the new one must be added; if not, it is uninitialised
     */
    public record Target(Tensor gradient, boolean adds) {}

    /**
     * Returns the accumulated gradient of a parameter, to be added to, or memory for a new gradient if there is none. Either way the
     * gradient of a large matrix is written once, without a separate pass that adds it.
     */
    public static Target target(Tensor input) {
        if (input.handle().is_leaf()) {
            Optional<Tensor> accumulated =
                    input.grad().filter(gradient -> gradient.handle().is_contiguous());
            if (accumulated.isPresent()) {
                return new Target(accumulated.get(), true);
            }
        }
        return new Target(Tensors.empty(DType.FLOAT32, input.shape()), false);
    }

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
     * Connects an output, computed without recording, to the inputs that it depends on. Gradients of parameters (leaves) are
     * accumulated in place, without a graph node for each. If there is one other input, and it has the shape of the output, a single node
     * carries its gradient.
     *
     * @param output result of the forward pass, not recorded, any float dtype
     * @param inputs every tensor that may need a gradient
     * @return {@code output}, differentiable if any input is and recording is on
     */
    public static Tensor attach(Tensor output, List<Tensor> inputs, Backward backward) {
        if (!recording(inputs.toArray(new Tensor[0]))) {
            return output;
        }
        List<Integer> inner = inner(inputs);
        if (inner.size() == 1
                && Arrays.equals(inputs.get(inner.getFirst()).shape(), output.shape())
                && inputs.get(inner.getFirst()).dtype() == output.dtype()) {
            attachLike(output, inputs, inner.getFirst(), backward);
        } else {
            attachAny(output, inputs, inner, Optional.empty(), backward);
        }
        return output;
    }

    /** Attaches an operation that also has a joint as an input; {@code inputs} lists its other inputs, if any. */
    public static Tensor attach(Tensor output, Joint joint, List<Tensor> inputs, Backward backward) {
        if (joint.standIn.isPresent()) {
            attachAny(output, inputs, inner(inputs), joint.standIn, backward);
        }
        return output;
    }

    private static List<Integer> inner(List<Tensor> inputs) {
        return IntStream.range(0, inputs.size())
                .filter(i ->
                        inputs.get(i).requiresGrad() && !inputs.get(i).handle().is_leaf())
                .boxed()
                .toList();
    }

    /**
     * A shared input of several operations, each of which keeps its contribution to the input's gradient: once all of them have run
     * backward, the joint computes the gradient from all contributions in one go. The graph between them carries only scalars.
     */
    public static final class Joint {
        private final Optional<org.bytedeco.pytorch.Tensor> standIn;
        private final List<Tensor> kept = new ArrayList<>();

        private Joint(Optional<org.bytedeco.pytorch.Tensor> standIn) {
            this.standIn = standIn;
        }

        /** Keeps a tensor that an operation's backward pass created until the joint has computed the gradient. */
        public Tensor keep(Tensor tensor) {
            kept.add(tensor.retain());
            return tensor;
        }

        private void release() {
            kept.forEach(Tensor::close);
            kept.clear();
        }
    }

    /**
     * Creates a joint, which takes part in differentiation only if recording is on.
     *
     * @param input the shared input of the operations
     * @param parameters leaves whose gradients are computed together with the input's
     * @param gradients returns the gradient of the input and those of the parameters; recording is off while this runs
     */
    public static Joint joint(Tensor input, List<Tensor> parameters, Supplier<List<Tensor>> gradients) {
        if (!GradMode.is_enabled()) {
            return new Joint(Optional.empty());
        }
        Tensor shared = input.requiresGrad() ? input : input.detach().requireGrad(true);
        org.bytedeco.pytorch.Tensor alias = shared.handle().alias();
        Joint joint = new Joint(Optional.of(standIn(alias)));
        Handed handed = new Handed();
        TensorTensorHook make = new TensorTensorHook() {
            @Override
            public TensorBase call(TensorBase ignored) {
                Handed.release();
                try (Scope _ = Scope.open()) {
                    List<Tensor> made = gradients.get();
                    accumulate(parameters, made.subList(1, made.size()));
                    handed.over(made.getFirst().retain());
                    return made.getFirst().handle();
                } finally {
                    joint.release();
                }
            }
        };
        Scope.hold(make);
        Scope.atEnd(handed::close);
        Scope.atEnd(joint::release);
        alias.register_hook(make);
        return joint;
    }

    /** The alias of the input is the output's node; the hook that it carries turns dy into dx. */
    private static void attachLike(Tensor output, List<Tensor> inputs, int inner, Backward backward) {
        org.bytedeco.pytorch.Tensor alias = inputs.get(inner).handle().alias();
        Handed handed = new Handed();
        TensorTensorHook run = new TensorTensorHook() {
            @Override
            public TensorBase call(TensorBase gradient) {
                Handed.release();
                Tensor own = run(backward, gradient, inputs, List.of(inner)).get(inner);
                handed.over(own);
                // The callback's argument is a reference of its own, which the step's scope would keep.
                gradient.releaseReference();
                return own.handle();
            }
        };
        Scope.hold(run);
        Scope.atEnd(handed::close);
        alias.register_hook(run);
        Node node = alias.grad_fn();
        // The node's only input is then the output's gradient, and the hook sits there.
        node.clear_input_metadata();
        torch.create_gradient_edge(output.handle(), node);
    }

    private static void attachAny(
            Tensor output,
            List<Tensor> inputs,
            List<Integer> inner,
            Optional<org.bytedeco.pytorch.Tensor> joint,
            Backward backward) {
        Connection connection = new Connection(inner);
        Scope.atEnd(connection::close);
        TensorVector standIns = new TensorVector();
        joint.ifPresent(standIns::push_back);
        for (int i : inner) {
            standIns.push_back(standIn(inputs.get(i), connection, i));
        }
        if (standIns.empty()) {
            standIns.push_back(
                    torch.zeros(new long[] {1}, Options.of(DType.FLOAT32)).set_requires_grad(true));
        }
        Node node = torch.cat(standIns, 0)
                .gather(0, torch.empty(new long[] {0}, Options.of(DType.INT64), new MemoryFormatOptional()))
                .grad_fn();
        node.clear_input_metadata();
        torch.create_gradient_edge(output.handle(), node);
        TensorTensorHook run = new TensorTensorHook() {
            @Override
            public TensorBase call(TensorBase gradient) {
                Handed.release();
                connection.gradients = run(backward, gradient, inputs, inner);
                return gradient;
            }
        };
        Scope.hold(run);
        output.handle().register_hook(run);
    }

    /**
     * Runs the backward pass and accumulates the gradients of parameters. Temporaries are freed immediately, so that the next operation
     * reuses that memory while it is in cache; kept until the end of the step, they would be most of its memory.
     *
     * @param inner inputs whose gradients outlive this; the caller owns them
     */
    private static List<Tensor> run(Backward backward, TensorBase gradient, List<Tensor> inputs, List<Integer> inner) {
        try (Scope _ = Scope.open()) {
            List<Tensor> gradients = backward.apply(new Tensor(new org.bytedeco.pytorch.Tensor(gradient)));
            if (gradients.size() != inputs.size()) {
                throw new TensorException(
                        "a custom operation's backward must return one gradient for each input", null);
            }
            accumulate(inputs, gradients);
            inner.forEach(i -> gradients.get(i).retain());
            return gradients;
        }
    }

    private static void accumulate(List<Tensor> inputs, List<Tensor> gradients) {
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).requiresGrad() && inputs.get(i).handle().is_leaf()) {
                accumulate(inputs.get(i).handle(), gradients.get(i).handle());
            }
        }
    }

    /**
     * A gradient that a hook has returned. libtorch takes its own reference when the hook returns, so ours can be released when the next
     * hook of this thread runs, or when the scope closes.
     */
    private static final class Handed {
        private static final ThreadLocal<@Nullable Handed> LAST = new ThreadLocal<>();

        private @Nullable Tensor gradient;

        void over(Tensor gradient) {
            this.gradient = gradient;
            LAST.set(this);
        }

        static void release() {
            Handed last = LAST.get();
            if (last != null) {
                last.close();
                LAST.remove();
            }
        }

        void close() {
            if (gradient != null) {
                gradient.close();
                gradient = null;
            }
        }
    }

    private static void accumulate(org.bytedeco.pytorch.Tensor leaf, org.bytedeco.pytorch.Tensor gradient) {
        org.bytedeco.pytorch.Tensor accumulated = leaf.grad();
        if (!accumulated.defined()) {
            leaf.mutable_grad().put(gradient);
        } else if (!accumulated.is_same(gradient)) {
            accumulated.add_(gradient);
        }
    }

    /**
     * Returns whether a Java backward can run for operations on this tensor: libtorch runs the backward of CPU operations on the thread that
     * asked for it, but that of CUDA operations on a thread of its own, which has no {@link Scope}.
     */
    public static boolean supports(Tensor input) {
        return input.device().equals(Device.CPU);
    }

    /** Returns whether an operation on these inputs would be recorded; if not, a forward pass need not keep anything for the backward pass. */
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
        return standIn(alias);
    }

    /** A one-element tensor whose backward leads to an alias, with a gradient of its shape and without memory. */
    private static org.bytedeco.pytorch.Tensor standIn(org.bytedeco.pytorch.Tensor alias) {
        org.bytedeco.pytorch.Tensor meta =
                torch.empty(new Tensor(alias).shape(), Meta.options(), new MemoryFormatOptional());
        meta.set_requires_grad(true);
        Node sum = meta.sum().grad_fn();
        sum.set_next_edges(new EdgeVector(new Edge(alias.grad_fn(), (int) alias.output_nr())));
        sum.clear_input_metadata();
        org.bytedeco.pytorch.Tensor scalar = torch.zeros(new long[0], Options.of(DType.FLOAT32));
        torch.create_gradient_edge(scalar, sum);
        return scalar.view(1);
    }

    /** Carries the gradients from the output's hook to the inputs' hooks. */
    private static final class Connection {
        private final List<Integer> inner;
        private List<Tensor> gradients = List.of();

        Connection(List<Integer> inner) {
            this.inner = inner;
        }

        void close() {
            if (!gradients.isEmpty()) {
                inner.forEach(i -> gradients.get(i).close());
            }
        }

        Tensor gradient(int index) {
            return gradients.get(index);
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
