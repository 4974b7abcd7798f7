package dev.mojave.tensor;

import org.jspecify.annotations.Nullable;

/** Thrown if libtorch rejects an operation; the message names the operation and the shapes of its inputs. */
public final class TensorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TensorException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
