package dev.mojave.tensor;

import dev.mojave.base.Failure;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;

/**
 * Where tensors live. New tensors are created on the {@linkplain #current() current} device of the process.
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

    /**
     * Set by torchrun, Slurm scripts and the like for each process on a machine: its number there, and so the number of its GPU.
     */
    private static final String LOCAL_RANK = "LOCAL_RANK";

    /** Read once: a process never changes its GPU. */
    private static final class Gpu {
        static final Device OWN = gpu(System.getenv(), torch.cuda_device_count());
    }

    /** Returns the device on which new tensors are created: the engine's. */
    public static Device current() {
        return Engine.current().device().equals(EngineChoice.CUDA) ? Gpu.OWN : CPU;
    }

    /**
     * Returns the GPU of this process: number {@code LOCAL_RANK} of the environment, or the first one if it is not set.
     *
     * @param gpus the number of GPUs that this process can see
     * @throws Failure of kind ENVIRONMENT if {@code LOCAL_RANK} is not the number of a GPU
     */
    static Device gpu(Map<String, String> environment, int gpus) {
        String rank = environment.getOrDefault(LOCAL_RANK, "0").strip();
        if (!rank.matches("[0-9]{1,3}")) {
            throw Failure.environment(
                    "LOCAL_RANK: '%s' is not a process number; set it to 0, 1, ..., or unset it to use the first GPU",
                    rank);
        }
        int index = Integer.parseInt(rank);
        if (index >= gpus) {
            throw Failure.environment(
                    "LOCAL_RANK: %d needs %d GPUs, but this process sees %d; start at most one process per GPU",
                    index, index + 1, gpus);
        }
        return new Device(Kind.CUDA, index);
    }

    org.bytedeco.pytorch.Device toNative() {
        return new org.bytedeco.pytorch.Device(kind == Kind.CPU ? torch.DeviceType.CPU : torch.DeviceType.CUDA, (byte)
                (kind == Kind.CPU ? -1 : index));
    }
}
