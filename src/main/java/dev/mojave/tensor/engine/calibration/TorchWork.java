package dev.mojave.tensor.engine.calibration;

import dev.mojave.tensor.engine.calibration.Calibration.Kind;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * An operation of libtorch whose rate is measured.
 *
 * @param sizes in ascending order
 * @param words format of a size's label
 * @param amount FLOPs or bytes by size
 * @param make creates the inputs of a size and returns the operation to time
 */
record TorchWork(List<Integer> sizes, String words, IntToDoubleFunction amount, IntFunction<Supplier<Tensor>> make)
        implements GrowingWork.Work {
    /** Side lengths of the square matrices. */
    private static final List<Integer> SIDES = List.of(256, 512, 1024, 2048);

    private static final int COPY_MEGABYTES = 64;
    private static final int MEGABYTE = 1 << 20;

    static TorchWork of(Kind kind) {
        return switch (kind) {
            case FP32_PRODUCT -> product(torch.ScalarType.Float);
            case BF16_PRODUCT -> product(torch.ScalarType.BFloat16);
            case FP32_LINEAR -> linear(List.of(256, 1024, 4096), 384, 1536, torch.ScalarType.Float);
            case BF16_LINEAR -> linear(List.of(256, 1024, 4096), 384, 1536, torch.ScalarType.BFloat16);
            case FP32_SMALL -> linear(List.of(768), 128, 512, torch.ScalarType.Float);
            case FP32_ATTENTION ->
                new TorchWork(List.of(1, 2, 8), "batch of %d", n -> 4.0 * n * 6 * 256 * 256 * 64 / 2, n -> {
                    Tensor q = torch.rand(n, 6, 256, 64);
                    return () -> torch.scaled_dot_product_attention(
                            q, q, q, new TensorOptional(), 0.0, true, new DoubleOptional(), false);
                });
            case COPY ->
                new TorchWork(List.of(COPY_MEGABYTES), "%d MB", n -> 2.0 * n * MEGABYTE, n -> {
                    Tensor from = torch.rand((long) n * MEGABYTE / Float.BYTES);
                    Tensor to = torch.zeros((long) n * MEGABYTE / Float.BYTES);
                    return () -> to.copy_(from);
                });
        };
    }

    private static TorchWork product(torch.ScalarType type) {
        return new TorchWork(SIDES, "%d cubed", n -> 2.0 * n * n * n, n -> {
            Tensor a = torch.rand(n, n).to(type);
            Tensor b = torch.rand(n, n).to(type);
            return () -> a.mm(b);
        });
    }

    private static TorchWork linear(List<Integer> rows, int in, int out, torch.ScalarType type) {
        return new TorchWork(rows, "%d rows", n -> 2.0 * n * in * out, n -> {
            Tensor x = torch.rand(n, in).to(type);
            Tensor w = torch.rand(out, in).to(type);
            return () -> torch.linear(x, w);
        });
    }

    @Override
    public String label(int size) {
        return String.format(Locale.ROOT, words, size);
    }

    @Override
    public double amount(int size) {
        return amount.applyAsDouble(size);
    }

    @Override
    public Runnable operation(int size) {
        Supplier<Tensor> work = make.apply(size);
        return () -> {
            try (PointerScope _ = new PointerScope()) {
                Tensor _ = work.get();
            }
        };
    }
}
