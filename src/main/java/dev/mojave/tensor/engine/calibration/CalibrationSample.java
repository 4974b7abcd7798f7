package dev.mojave.tensor.engine.calibration;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one measuring process saw of one library.
 *
 * @param figures its rates, one entry for each number of threads
 * @param others share of all processors, 0 to 1, that other programs used meanwhile: what says whether the rates can be believed
 * @param unpacking how long unpacking the library took beyond an ordinary start, nanoseconds: it is needed anyway, and no measuring
 */
record CalibrationSample(List<Calibration.Figures> figures, double others, long unpacking) {
    CalibrationSample {
        figures = List.copyOf(figures);
    }

    /**
     * A line of what a measuring process says while it works, so that one that has to be stopped has said all before.
     *
     * @param threads number of threads that is being measured
     * @param kind what; absent in the first line, which says that the library is loaded
     * @param measurement what was seen so far
     * @param others share of the processors that other programs have used so far
     */
    record Line(
            int threads,
            Calibration.@Nullable Kind kind,
            @Nullable Measurement measurement,
            double others) {}

    /** Returns, for each library and number of threads, the best of each rate: whatever disturbs a measurement makes it slower. */
    static List<Calibration.Figures> best(List<CalibrationSample> samples) {
        return samples.stream()
                .map(CalibrationSample::figures)
                .reduce(List.of(), (a, b) -> Calibration.merged(a, b, Measurement::better));
    }

    /** Returns the largest share that others used during any sample. */
    static double most(List<CalibrationSample> samples) {
        return samples.stream().mapToDouble(CalibrationSample::others).max().orElse(0);
    }

    /**
     * Returns the share that others used during the calmest sample of the library that was disturbed most: one calm sample of each
     * is enough, since the best of each rate counts.
     */
    static double disturbance(List<CalibrationSample> samples) {
        Map<String, Double> calmest = new LinkedHashMap<>();
        samples.forEach(s -> s.figures().forEach(f -> calmest.merge(f.blas(), s.others(), Math::min)));
        return calmest.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }
}
