package dev.mojave.tensor;

import dev.mojave.base.Failure;
import dev.mojave.base.Units;
import dev.mojave.tensor.engine.natives.ProcessMemory;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.TensorVector;

/** Calls into libtorch whose errors are translated into messages that a user can act on. */
final class Native {
    /** Matches the CPU allocator's message; CUDA's already states how much memory is free. */
    private static final Pattern ASKED = Pattern.compile("tried to allocate (\\d+) bytes");

    private Native() {}

    /** Runs an operation; a failure names it, the shapes, and the first line of the native message. */
    static Tensor call(String operation, Supplier<org.bytedeco.pytorch.Tensor> body, Tensor... inputs) {
        try {
            return new Tensor(body.get());
        } catch (RuntimeException e) {
            throw translate(operation, e, inputs);
        }
    }

    /** Runs an operation with several results. */
    static List<Tensor> list(String operation, Supplier<TensorVector> body, Tensor input) {
        try {
            return Arrays.stream(body.get().get()).map(Native::own).toList();
        } catch (RuntimeException e) {
            throw translate(operation, e, input);
        }
    }

    /** Runs an operation that changes one of its inputs. */
    static void run(String operation, Runnable body, Tensor... inputs) {
        try {
            body.run();
        } catch (RuntimeException e) {
            throw translate(operation, e, inputs);
        }
    }

    /**
     * Returns an independent handle for a tensor that libtorch returned as a reference into another native object (a leaf's gradient, an
     * element of a vector or tuple). The reference dangles once that object is freed; the handle shares the memory and keeps it alive.
     */
    static Tensor own(org.bytedeco.pytorch.Tensor reference) {
        return new Tensor(new org.bytedeco.pytorch.Tensor(reference));
    }

    static RuntimeException translate(String operation, RuntimeException e, Tensor... inputs) {
        if (e instanceof TensorException || e instanceof Failure || e instanceof IllegalArgumentException) {
            return e;
        }
        String message = String.valueOf(e.getMessage());
        String first = message.lines().findFirst().orElse(message);
        String shapes = Arrays.stream(inputs)
                .map(t -> Arrays.toString(t.shape()) + " " + t.dtype())
                .collect(Collectors.joining(", "));
        if (message.contains("can't allocate memory") || message.contains("out of memory")) {
            Matcher asked = ASKED.matcher(message);
            return Failure.environment(
                            "out of memory in %s (%s): %s; lower train.micro_batch_size, or train.batch_size where that is not set"
                                    + " (bench: --batch), set train.recompute: true, or take a smaller model",
                            operation,
                            shapes,
                            asked.find()
                                    ? Units.bytes(Double.parseDouble(asked.group(1))) + " were asked for, and "
                                            + Units.bytes((double) ProcessMemory.availableBytes()) + " are free"
                                    : first)
                    .because(e);
        }
        return new TensorException(operation + "(" + shapes + "): " + first, e);
    }
}
