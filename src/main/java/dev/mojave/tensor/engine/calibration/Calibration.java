package dev.mojave.tensor.engine.calibration;

import dev.mojave.base.Plural;
import dev.mojave.tensor.engine.choice.EngineChoice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The measurements of this machine, complete or not, and the choices that follow from them: the {@linkplain Figures#over faster} BLAS
 * library, its best number of threads, and bfloat16 only if its products are {@value #BF16_ADVANTAGE} times as fast as those of float32.
 *
 * @param cpu name of the processor
 * @param figures the measured rates, one entry per library and number of threads
 * @param measuredAt ISO-8601 instant
 */
public record Calibration(String cpu, List<Figures> figures, String measuredAt) {
    /** The speed-up that bfloat16 products need to be chosen, because mixed precision also costs casts. */
    static final double BF16_ADVANTAGE = 1.3;

    /** The speed-up that MKL needs to be chosen, because it is larger and not free software. */
    private static final double MKL_ADVANTAGE = 1.02;

    /** The unit of rates. */
    private static final double UNIT = 1e9;

    /** Copies the list. */
    public Calibration {
        figures = List.copyOf(figures);
    }

    /**
     * The kinds of measurements, in order. Kinds that are slow on processors without certain instructions come last, so that they hold up
     * nothing else.
     */
    public enum Kind {
        /** Product of square matrices, side 256 to 2048. */
        FP32_PRODUCT("float32 products", 600),
        /** A linear layer, 384 to 1536, of 256 to 4096 tokens. */
        FP32_LINEAR("float32 linear layer", 250),
        /** A linear layer of 768 tokens, 128 to 512. */
        FP32_SMALL("small float32 linear layer", 100),
        /** Causal attention, 6 heads of 64, 256 tokens, 1 to 8 sequences, forward. */
        FP32_ATTENTION("float32 attention", 250),
        /** A copy of 64 MB, bytes read and written. */
        COPY("copying memory", 250),
        /** The product in bfloat16. */
        BF16_PRODUCT("bfloat16 products", 400),
        /** The linear layer in bfloat16. */
        BF16_LINEAR("bfloat16 linear layer", 250);

        /** The kinds that determine the speed of a training step in float32. */
        static final Set<Kind> FP32 = Set.of(FP32_PRODUCT, FP32_LINEAR, FP32_SMALL, FP32_ATTENTION);
        /** The kinds that decide whether bfloat16 pays. */
        static final Set<Kind> PRECISION = Set.of(FP32_PRODUCT, FP32_LINEAR, BF16_PRODUCT, BF16_LINEAR);

        private final String words;
        private final long budgetMillis;

        Kind(String words, long budgetMillis) {
            this.words = words;
            this.budgetMillis = budgetMillis;
        }

        /** Returns the name of this kind, for users. */
        String words() {
            return words;
        }

        long budgetMillis() {
            return budgetMillis;
        }

        boolean narrow() {
            return this == BF16_PRODUCT || this == BF16_LINEAR;
        }
    }

    /**
     * Rates of one library with one number of threads.
     *
     * @param blas the library
     * @param threads number of threads
     * @param measurements the attempted measurements, including abandoned ones
     */
    public record Figures(String blas, int threads, Map<Kind, Measurement> measurements) {
        /** Copies the map. */
        public Figures {
            Map<Kind, Measurement> sorted = new EnumMap<>(Kind.class);
            sorted.putAll(measurements);
            measurements = java.util.Collections.unmodifiableMap(sorted);
        }

        /** Returns the rate at the largest size reached; empty if none was. */
        public Optional<Measurement.Point> rate(Kind kind) {
            return Optional.ofNullable(measurements.get(kind)).flatMap(Measurement::largest);
        }

        /** Returns whether any float32 rate was measured. */
        public boolean usable() {
            return Kind.FP32.stream().anyMatch(kind -> rate(kind).isPresent());
        }

        /**
         * Returns the speed-up over other figures: the geometric mean of the ratios of the float32 rates that both have, each at the
         * largest size that both reached.
         */
        double over(Figures other) {
            List<Double> ratios = Kind.FP32.stream()
                    .flatMap(kind -> ratio(kind, other, kind).stream())
                    .toList();
            return ratios.isEmpty() ? 1 : mean(ratios);
        }

        /** Returns whether bfloat16 products were measured to be faster than float32's by the required factor. */
        public boolean bf16Pays() {
            List<Double> ratios = Stream.of(
                            ratio(Kind.BF16_PRODUCT, this, Kind.FP32_PRODUCT),
                            ratio(Kind.BF16_LINEAR, this, Kind.FP32_LINEAR))
                    .flatMap(Optional::stream)
                    .toList();
            return ratios.size() == 2 && mean(ratios) >= BF16_ADVANTAGE;
        }

        private Optional<Double> ratio(Kind mine, Figures other, Kind its) {
            Measurement left = measurements.get(mine);
            Measurement right = other.measurements.get(its);
            return left == null || right == null ? Optional.empty() : left.over(right);
        }

        private static double mean(List<Double> ratios) {
            return Math.pow(ratios.stream().reduce(1.0, (a, b) -> a * b), 1.0 / ratios.size());
        }

        boolean of(Figures other) {
            return blas.equals(other.blas) && threads == other.threads;
        }

        /** Returns the union of these and other figures of the same library and number of threads. */
        Figures with(Figures other, java.util.function.BinaryOperator<Measurement> both) {
            Map<Kind, Measurement> merged = new LinkedHashMap<>(measurements);
            other.measurements.forEach((kind, measurement) -> merged.merge(kind, measurement, both));
            return new Figures(blas, threads, merged);
        }

        /** Returns descriptions of the abandoned measurements. */
        private Stream<String> abandoned() {
            return measurements.entrySet().stream()
                    .flatMap(entry -> entry.getValue().reason().stream()
                            .map(reason -> String.format(
                                    Locale.ROOT,
                                    "%s, %s, %s: %s",
                                    blas,
                                    Plural.of(threads, "thread"),
                                    entry.getKey().words(),
                                    reason)));
        }
    }

    /** Returns the fastest of the eligible figures; empty if none of them has a float32 rate. */
    public Optional<Figures> fastest(Predicate<Figures> eligible) {
        return figures.stream().filter(Figures::usable).filter(eligible).reduce((best, next) -> {
            double handicap = advantageNeeded(next) / advantageNeeded(best);
            return next.over(best) > handicap ? next : best;
        });
    }

    private static double advantageNeeded(Figures figures) {
        return figures.blas().equals("mkl") ? MKL_ADVANTAGE : 1;
    }

    /** Returns the best figures of a library, if it was measured. */
    public Optional<Figures> of(String library) {
        return fastest(figures -> figures.blas().equals(library));
    }

    /**
     * Returns the measured rate of matrix products with exactly a choice's library and number of threads, in FLOPs per second; empty if it
     * was not measured. For mixed precision this is the float32 rate if it is higher, because the kernels then multiply rounded factors in
     * float32.
     */
    public OptionalDouble ceiling(EngineChoice choice) {
        List<Kind> kinds = choice.mixed() ? List.of(Kind.FP32_PRODUCT, Kind.BF16_PRODUCT) : List.of(Kind.FP32_PRODUCT);
        return figures.stream()
                .filter(f -> f.blas().equals(choice.blas()) && f.threads() == choice.threads())
                .filter(f -> f.measurements().keySet().containsAll(kinds))
                .flatMap(f -> kinds.stream().flatMap(kind -> f.rate(kind).stream()))
                .mapToDouble(point -> point.rate() * UNIT)
                .filter(rate -> rate > 0)
                .max();
    }

    /** Returns descriptions of all abandoned measurements. */
    public List<String> abandoned() {
        return figures.stream().flatMap(Figures::abandoned).toList();
    }

    /** Returns whether every measurement that a question asks for was attempted. */
    public boolean answers(CalibrationQuestion question) {
        return question.libraries().stream()
                .allMatch(library -> question.threads().stream()
                        .allMatch(threads -> figures.stream()
                                .anyMatch(f -> f.blas().equals(library)
                                        && f.threads() == threads
                                        && f.measurements().keySet().containsAll(question.kinds()))));
    }

    /** Returns this calibration with newer figures, which replace those of the same kind. */
    Calibration with(Calibration newer) {
        return new Calibration(newer.cpu, merged(figures, newer.figures, (_, last) -> last), newer.measuredAt);
    }

    /** Returns one entry per library and number of threads, in a stable order. */
    static List<Figures> merged(
            List<Figures> first, List<Figures> second, java.util.function.BinaryOperator<Measurement> both) {
        List<Figures> all = new ArrayList<>();
        Stream.concat(first.stream(), second.stream()).forEach(next -> {
            Optional<Figures> same = all.stream().filter(next::of).findFirst();
            if (same.isPresent()) {
                all.set(all.indexOf(same.get()), same.get().with(next, both));
            } else {
                all.add(next);
            }
        });
        // The smaller library and fewer threads come first, so that they win ties.
        all.sort(Comparator.comparing(Figures::blas).reversed().thenComparingInt(Figures::threads));
        return all;
    }
}
