package dev.mojave.tensor.engine.calibration;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The measurements of one process with one library.
 *
 * @param figures measured rates, one entry per number of threads
 * @param others share of all processors, 0 to 1, that other programs used meanwhile, which decides whether the rates can be trusted
 * @param unpacking time for unpacking the library beyond an ordinary start, in nanoseconds; it is not counted as measuring
 */
record CalibrationSample(List<Calibration.Figures> figures, double others, long unpacking) {
    CalibrationSample {
        figures = List.copyOf(figures);
    }

    /**
     * One line of output of a measuring process, written as soon as it is known, so that stopping the process loses nothing.
     *
     * @param threads number of threads that is being measured
     * @param kind the kind of measurement; null in the first line, which reports that the library is loaded
     * @param measurement the measurement so far
     * @param others share of the processors that other programs have used so far
     */
    record Line(
            int threads,
            Calibration.@Nullable Kind kind,
            @Nullable Measurement measurement,
            double others) {}

    /** Returns the best of each rate per library and number of threads, because disturbances only make a measurement slower. */
    static List<Calibration.Figures> best(List<CalibrationSample> samples) {
        return samples.stream()
                .map(CalibrationSample::figures)
                .reduce(List.of(), (a, b) -> Calibration.merged(a, b, Measurement::better));
    }

    /** Returns the largest share of the processors that others used during any sample. */
    static double most(List<CalibrationSample> samples) {
        return samples.stream().mapToDouble(CalibrationSample::others).max().orElse(0);
    }

    /**
     * Returns the share that others used during the quietest sample of the most disturbed library: one quiet sample per library is enough,
     * because the best of each rate counts.
     */
    static double disturbance(List<CalibrationSample> samples) {
        Map<String, Double> calmest = new LinkedHashMap<>();
        samples.forEach(s -> s.figures().forEach(f -> calmest.merge(f.blas(), s.others(), Math::min)));
        return calmest.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }
}
