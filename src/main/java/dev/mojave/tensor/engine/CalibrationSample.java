package dev.mojave.tensor.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one measuring process saw of one library.
 *
 * @param figures its rates, one entry for each number of threads
 * @param others share of all processors, 0 to 1, that other programs used meanwhile: what says whether the rates can be believed
 */
record CalibrationSample(List<Calibration.Figures> figures, double others) {
    CalibrationSample {
        figures = List.copyOf(figures);
    }

    /** Returns, for each library and number of threads, the best of each rate: whatever disturbs a measurement makes it slower. */
    static List<Calibration.Figures> best(List<CalibrationSample> samples) {
        Map<String, Calibration.Figures> best = new LinkedHashMap<>();
        for (CalibrationSample sample : samples) {
            for (Calibration.Figures figures : sample.figures()) {
                best.merge(figures.blas() + " " + figures.threads(), figures, CalibrationSample::better);
            }
        }
        return new ArrayList<>(best.values());
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

    private static Calibration.Figures better(Calibration.Figures a, Calibration.Figures b) {
        return new Calibration.Figures(
                a.blas(),
                a.threads(),
                Math.max(a.fp32Ceiling(), b.fp32Ceiling()),
                Math.max(a.fp32Linear(), b.fp32Linear()),
                Math.max(a.fp32Small(), b.fp32Small()),
                Math.max(a.fp32Attention(), b.fp32Attention()),
                Math.max(a.bf16Ceiling(), b.bf16Ceiling()),
                Math.max(a.bf16Linear(), b.bf16Linear()),
                Math.max(a.copyGbPerSecond(), b.copyGbPerSecond()));
    }
}
