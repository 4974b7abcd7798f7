package dev.mojave.tensor;

import org.jspecify.annotations.Nullable;

/** A tensor operation that libtorch refused; the message names the operation and the shapes it was given. */
public final class TensorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TensorException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
