package dev.mojave.tensor;

import dev.mojave.tensor.engine.Engine;
import org.bytedeco.pytorch.GradMode;

/** Disables recording for differentiation on this thread while it is open. */
public final class NoGrad implements AutoCloseable {
    // This may be a program's first call, and libtorch must not be loaded before the engine's choices are made.
    static {
        Engine.load();
    }

    private final boolean before = GradMode.is_enabled();

    private NoGrad() {
        GradMode.set_enabled(false);
    }

    /** Disables recording until closed. */
    public static NoGrad open() {
        return new NoGrad();
    }

    @Override
    public void close() {
        GradMode.set_enabled(before);
    }
}
