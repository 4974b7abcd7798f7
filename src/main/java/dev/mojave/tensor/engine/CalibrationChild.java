package dev.mojave.tensor.engine;

import dev.mojave.base.Json;
import dev.mojave.base.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The program of the short-lived JVMs that measure: one BLAS library each, because a process has one for its life. Writes a
 * {@link CalibrationSample} as JSON into the file that {@link Calibrator} names.
 */
final class CalibrationChild {
    private static final int SIDE = 2048;
    private static final int COPY_ELEMENTS = 1 << 24;
    /** Each operation is repeated for this long, at least twice, and its best time counts. */
    private static final long BUDGET_NANOS = 70_000_000L;

    private static final int FEWEST = 2;

    private CalibrationChild() {}

    /** Takes the file to write, the library, then the numbers of threads to try. */
    public static void main(String[] arguments) throws IOException {
        String blas = arguments[1];
        List<Calibration.Figures> all = new ArrayList<>();
        OthersShare others = OthersShare.start();
        for (int i = 2; i < arguments.length; i++) {
            int threads = Integer.parseInt(arguments[i]);
            if (i == 2) {
                Natives.load(blas, threads, Progress.SILENT);
            } else {
                Natives.setThreads(blas, threads);
            }
            try (NoGradGuard _ = new NoGradGuard()) {
                all.add(measure(blas, threads));
            }
        }
        Files.writeString(Path.of(arguments[0]), Json.line(new CalibrationSample(all, others.sinceStart())));
    }

    private static Calibration.Figures measure(String blas, int threads) {
        try (PointerScope _ = new PointerScope()) {
            Tensor a = torch.randn(SIDE, SIDE);
            Tensor b = torch.randn(SIDE, SIDE);
            Tensor x = torch.randn(4096, 384);
            Tensor w = torch.randn(1536, 384);
            Tensor xSmall = torch.randn(768, 128);
            Tensor wSmall = torch.randn(512, 128);
            Tensor q = torch.randn(8, 6, 256, 64);
            double cube = 2.0 * SIDE * SIDE * SIDE;
            double linear = 2.0 * 4096 * 384 * 1536;
            return new Calibration.Figures(
                    blas,
                    threads,
                    rate(cube, () -> a.mm(b)),
                    rate(linear, () -> torch.linear(x, w)),
                    rate(2.0 * 768 * 128 * 512, () -> torch.linear(xSmall, wSmall)),
                    rate(4.0 * 48 * 256 * 256 * 64 / 2, () -> attention(q)),
                    bf16(cube, a, b),
                    bf16(linear, x, w.t()),
                    copy());
        }
    }

    private static Tensor attention(Tensor q) {
        return torch.scaled_dot_product_attention(
                q, q, q, new TensorOptional(), 0.0, true, new DoubleOptional(), false);
    }

    private static double bf16(double flops, Tensor left, Tensor right) {
        Tensor a = left.to(torch.ScalarType.BFloat16);
        Tensor b = right.to(torch.ScalarType.BFloat16);
        return rate(flops, () -> a.mm(b));
    }

    private static double copy() {
        Tensor from = torch.randn(COPY_ELEMENTS);
        Tensor to = torch.randn(COPY_ELEMENTS);
        return rate(2.0 * Float.BYTES * COPY_ELEMENTS, () -> to.copy_(from));
    }

    /** Returns units of work per second in 1e9, from the best of several runs. */
    private static double rate(double work, Supplier<Tensor> operation) {
        long best = Long.MAX_VALUE;
        long end = System.nanoTime() + BUDGET_NANOS;
        for (int run = 0; run < FEWEST || System.nanoTime() < end; run++) {
            try (PointerScope _ = new PointerScope()) {
                long start = System.nanoTime();
                Tensor _ = operation.get();
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        return work / best;
    }
}
