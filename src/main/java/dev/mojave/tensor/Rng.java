package dev.mojave.tensor;

import dev.mojave.tensor.engine.Engine;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A stream of random numbers (Mersenne Twister of libtorch) whose state can be saved and restored.
 *
 * <p>{@link #dropout()} is the process's own stream, from which dropout draws; initialisation and sampling use streams of
 * their own, so that one does not shift the other.
 */
public final class Rng {
    private final Generator generator;
    private final GeneratorOptional optional;

    private Rng(Generator generator) {
        generator.retainReference();
        this.generator = generator;
        this.optional = new GeneratorOptional(generator);
        optional.retainReference();
    }

    /** Returns an independent stream. */
    public static Rng seeded(long seed) {
        Engine.load();
        try (Scope _ = Scope.open()) {
            return new Rng(torch.make_generator_cpu(seed));
        }
    }

    /** Returns the process's stream, from which dropout and the noise of routers draw; a run saves its state. */
    public static Rng dropout() {
        return Shared.STREAM;
    }

    /** Created once, because every call would leak two native objects. */
    private static final class Shared {
        static final Rng STREAM = make();

        private static Rng make() {
            Engine.load();
            try (Scope _ = Scope.open()) {
                return new Rng(torch.getDefaultCPUGenerator());
            }
        }
    }

    /**
     * Restarts this stream for one micro-batch of one training step. Its draws depend on these three numbers alone, so they are the same in
     * whichever process the micro-batch is computed, and however often.
     *
     * @param part index of the micro-batch within the step
     */
    public void seed(long seed, long step, long part) {
        reseed(mix(mix(mix(seed) + step) + part));
    }

    /** One step of SplitMix64 (Steele et al. 2014) with its finaliser, which decorrelates neighbouring seeds. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /**
     * Restarts this stream from a seed. libtorch's dropout draws on the device of its input, so the process's stream also restarts the
     * stream of the GPU.
     */
    public void reseed(long seed) {
        generator.set_current_seed(seed);
        if (this == Shared.STREAM && Device.current().kind() == Device.Kind.CUDA) {
            torch.cuda_manual_seed(seed);
        }
    }

    /** Returns 63 random bits. */
    public long nextLong() {
        try (Scope _ = Scope.open()) {
            Tensor drawn = Tensors.onHost(DType.INT64, 1);
            drawn.handle().random_(optional);
            return drawn.toLongs()[0];
        }
    }

    /** Returns the whole state. */
    public byte[] state() {
        try (Scope _ = Scope.open()) {
            return new Tensor(generator.get_state()).segment().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Continues from a saved state. */
    public void restore(byte[] state) {
        try (Scope _ = Scope.open()) {
            Tensor bytes = Tensors.onHost(DType.UINT8, state.length);
            MemorySegment.copy(state, 0, bytes.segment(), ValueLayout.JAVA_BYTE, 0, state.length);
            generator.set_state(bytes.handle());
        }
    }

    GeneratorOptional optional() {
        return optional;
    }
}
