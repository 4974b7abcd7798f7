package dev.mojave.tensor.engine.calibration;

import dev.mojave.base.Progress;
import dev.mojave.base.process.OwnedProcess;
import dev.mojave.base.tree.Json;
import dev.mojave.tensor.engine.calibration.Calibration.Kind;
import dev.mojave.tensor.engine.machine.OthersShare;
import dev.mojave.tensor.engine.natives.Natives;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.jspecify.annotations.Nullable;

/**
 * The main program of the short-lived JVMs that measure one BLAS library each, because a process keeps its library. It writes a {@linkplain
 * CalibrationSample.Line line} to standard output after each measurement, for {@link CalibrationProcess}, since it may be stopped at any
 * time. It ends with the process that started it.
 */
final class CalibrationChild {
    /** The minimum time for measuring, however long the library took to load. */
    static final long LEAST_MILLIS = 2000;

    /** If bfloat16 products reach less than this fraction of the required speed-up, the linear layer cannot compensate for it. */
    private static final double HOPELESS = 0.5;

    /** The time for which the largest size is repeated. */
    private static final long LAST_NANOS = 70_000_000L;

    /**
     * The fraction of its budget that every measurement gets: with less, fast operations would be reported as slow. The deadline applies
     * regardless.
     */
    private static final double LEAST_SHARE = 0.25;

    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private final OthersShare others = OthersShare.start();
    private final long deadline;
    private int threads;

    private CalibrationChild(long deadline) {
        this.deadline = deadline;
    }

    /** Returns the arguments of {@link #main}. */
    static List<String> arguments(String library, long budgetMillis, CalibrationQuestion question) {
        return List.of(
                library,
                Long.toString(budgetMillis),
                question.kinds().stream().sorted().map(Kind::name).collect(Collectors.joining(",")),
                question.threads().stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    /** Arguments: the library, the budget in milliseconds since the start of the JVM, the kinds to measure, and the numbers of threads. */
    public static void main(String[] arguments) {
        OwnedProcess owned = OwnedProcess.listen(new FileInputStream(FileDescriptor.in), line -> {});
        List<Kind> kinds = new ArrayList<>(new TreeSet<>(
                Arrays.stream(arguments[2].split(",")).map(Kind::valueOf).toList()));
        List<Integer> counts =
                Arrays.stream(arguments[3].split(",")).map(Integer::valueOf).toList();
        Natives.load(arguments[0], counts.getFirst(), Progress.SILENT);
        long start = ManagementFactory.getRuntimeMXBean().getStartTime();
        long now = System.currentTimeMillis();
        long deadline = Math.max(start + Long.parseLong(arguments[1]), now + LEAST_MILLIS);
        CalibrationChild child = new CalibrationChild(deadline);
        child.say(null, null);
        for (int i = 0; i < counts.size(); i++) {
            child.threads = counts.get(i);
            Natives.setThreads(arguments[0], child.threads);
            try (NoGradGuard _ = new NoGradGuard()) {
                child.measure(kinds, counts.size() - i);
            }
        }
        owned.exit(0);
    }

    private void measure(List<Kind> kinds, int passes) {
        Map<Kind, Measurement> seen = new EnumMap<>(Kind.class);
        for (int i = 0; i < kinds.size(); i++) {
            Kind kind = kinds.get(i);
            if (kind == Kind.BF16_LINEAR && hopeless(seen)) {
                say(kind, Measurement.none("not measured, since bfloat16 products are much slower than float32's"));
                continue;
            }
            say(kind, null);
            long rest = kinds.subList(i, kinds.size()).stream()
                            .mapToLong(Kind::budgetMillis)
                            .sum()
                    + (passes - 1)
                            * kinds.stream().mapToLong(Kind::budgetMillis).sum();
            double share = Math.clamp((deadline - System.currentTimeMillis()) / (double) rest, LEAST_SHARE, 1);
            long budget = (long) (kind.budgetMillis() * share * 1e6);
            try (PointerScope _ = new PointerScope()) {
                Measurement measurement = new GrowingWork(budget, LAST_NANOS, System::nanoTime, m -> say(kind, m))
                        .measure(TorchWork.of(kind));
                seen.put(kind, measurement);
                say(kind, measurement);
            }
        }
    }

    private static boolean hopeless(Map<Kind, Measurement> seen) {
        Measurement full = seen.get(Kind.FP32_PRODUCT);
        Measurement narrow = seen.get(Kind.BF16_PRODUCT);
        return full != null && narrow != null && narrow.over(full).orElse(0.0) < HOPELESS * Calibration.BF16_ADVANTAGE;
    }

    private void say(@Nullable Kind kind, @Nullable Measurement measurement) {
        String line = Json.line(new CalibrationSample.Line(threads, kind, measurement, others.sinceStart()));
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
