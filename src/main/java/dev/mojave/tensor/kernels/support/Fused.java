package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Device;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.engine.Engine;
import java.util.Optional;

/** Decides whether a fused kernel may run. */
public final class Fused {
    /** Elements per chunk of a pass over memory: 64 kB, which fit a core's second-level cache together with their neighbours. */
    public static final long GRAIN = 1 << 14;

    private Fused() {}

    /** Returns whether the engine runs fused kernels and these tensors are float32 on the CPU. */
    public static boolean supports(Tensor... tensors) {
        if (!Engine.current().fused()) {
            return false;
        }
        for (Tensor tensor : tensors) {
            if (tensor.dtype() != DType.FLOAT32 || !tensor.device().equals(Device.CPU)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the precision in which kernels multiply these tensors in a compute type; empty if the reference implementations run instead. */
    public static Optional<Precision> precision(DType compute, Tensor... tensors) {
        return supports(tensors) ? Precision.of(compute) : Optional.empty();
    }
}
