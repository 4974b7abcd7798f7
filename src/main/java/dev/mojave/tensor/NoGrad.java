package dev.mojave.tensor;

import dev.mojave.tensor.engine.Engine;
import org.bytedeco.pytorch.GradMode;

/** While open, operations on this thread record nothing for differentiation. */
public final class NoGrad implements AutoCloseable {
    // This may be the first thing that a program does; libtorch must not be loaded past the engine's choices.
    static {
        Engine.load();
    }

    private final boolean before = GradMode.is_enabled();

    private NoGrad() {
        GradMode.set_enabled(false);
    }

    /** Switches recording off until closed. */
    public static NoGrad open() {
        return new NoGrad();
    }

    @Override
    public void close() {
        GradMode.set_enabled(before);
    }
}
