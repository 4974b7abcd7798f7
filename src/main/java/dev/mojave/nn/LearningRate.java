package dev.mojave.nn;

/**
 * The learning rate of each step. With n steps in total, w of them warm-up, and step t counted from 0, the rate is
 * {@code peak (t + 1) / (w + 1)} while {@code t < w}. Afterwards {@code u = (t - w) / (n - w)} rises from 0 towards 1 and the
 * rate falls from the peak to the floor: along {@code (1 - cos(pi u)) / 2} (cosine, arXiv 1608.03983), along u (linear), not at
 * all (constant), or linearly over only the last part of training (warm-up, stable, decay; arXiv 2405.18392).
 *
 * @param peak the highest rate, after warm-up
 * @param shape warm-up and decay
 */
public record LearningRate(double peak, RateShape shape) implements Schedule {
    @Override
    public double at(long step, long steps) {
        long warmup = shape.warmup(steps);
        if (step < warmup) {
            return peak * (step + 1) / (warmup + 1);
        }
        double u = Math.min(1, (double) (step - warmup) / Math.max(1, steps - warmup));
        return switch (shape) {
            case RateShape.Cosine cosine -> between(peak, cosine.minLearningRate(), (1 - Math.cos(Math.PI * u)) / 2);
            case RateShape.Linear linear -> between(peak, linear.minLearningRate(), u);
            case RateShape.Constant _ -> peak;
            case RateShape.Wsd wsd -> {
                // The fraction is of all steps, including the warm-up.
                double fall = (step - (1 - wsd.decayFraction()) * steps) / (wsd.decayFraction() * steps);
                yield between(peak, wsd.minLearningRate(), Math.clamp(fall, 0, 1));
            }
        };
    }

    private static double between(double peak, double floor, double fall) {
        return peak - (peak - floor) * fall;
    }
}
