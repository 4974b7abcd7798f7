package dev.mojave.tensor;

import dev.mojave.base.Failure;
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

    private static volatile Device current = CPU;

    /** Returns the device on which new tensors are made. */
    public static Device current() {
        return current;
    }

    /**
     * Makes this the device for new tensors.
     *
     * @throws Failure of kind ENVIRONMENT if CUDA is asked for and absent
     */
    public static void use(Device device) {
        if (device.kind == Kind.CUDA && !torch.cuda_is_available()) {
            throw Failure.environment(
                    "engine.device: cuda is not available here; use engine.device=cpu, or a build with the cuda profile on a machine with an NVIDIA GPU");
        }
        current = device;
        Options.reset();
    }

    org.bytedeco.pytorch.Device toNative() {
        return new org.bytedeco.pytorch.Device(kind == Kind.CPU ? torch.DeviceType.CPU : torch.DeviceType.CUDA, (byte)
                (kind == Kind.CPU ? -1 : index));
    }
}
