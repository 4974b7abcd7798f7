package dev.mojave.tensor;

import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import org.bytedeco.pytorch.global.torch;

/**
 * Where tensors live. New tensors are made on the {@linkplain #current() current} device of the process.
 *
 * @param kind {@code CPU} or {@code CUDA}
 * @param index number of the device, 0 for the CPU
 */
public record Device(Kind kind, int index) {
    /** What kind of processor. */
    public enum Kind {
        CPU,
        CUDA
    }

    /** The host's processor. */
    public static final Device CPU = new Device(Kind.CPU, 0);

    private static final Device FIRST_GPU = new Device(Kind.CUDA, 0);

    /** Returns the device on which new tensors are made: the engine's. */
    public static Device current() {
        return Engine.current().device().equals(EngineChoice.CUDA) ? FIRST_GPU : CPU;
    }

    org.bytedeco.pytorch.Device toNative() {
        return new org.bytedeco.pytorch.Device(kind == Kind.CPU ? torch.DeviceType.CPU : torch.DeviceType.CUDA, (byte)
                (kind == Kind.CPU ? -1 : index));
    }
}
