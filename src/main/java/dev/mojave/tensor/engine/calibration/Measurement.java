package dev.mojave.tensor.engine.calibration;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one operation reached, at each size that there was time for.
 *
 * @param points in the order of their sizes; empty where nothing was reached
 * @param abandoned why there is no more, in words; absent where the largest size was measured or the budget was used up in good order
 */
public record Measurement(List<Point> points, @Nullable String abandoned) {
    /**
     * A rate at one size.
     *
     * @param size what grows: the side of a square matrix, the rows of a layer
     * @param label the size in words: {@code 256 cubed}
     * @param rate units of work a second, in 1e9
     */
    public record Point(int size, String label, double rate) {}

    /** Keeps the list from changing. */
    public Measurement {
        points = List.copyOf(points);
    }

    /** Returns a measurement that has nothing but the reason. */
    static Measurement none(String reason) {
        return new Measurement(List.of(), reason);
    }

    /** Returns the rate at the largest size: what stands for the operation; empty where there is none. */
    public Optional<Point> largest() {
        return points.isEmpty() ? Optional.empty() : Optional.of(points.getLast());
    }

    /** Returns why there is nothing, or no more. */
    public Optional<String> reason() {
        return Optional.ofNullable(abandoned);
    }

    /** Returns how many times the other's rate this one's is, at the largest size that both have; empty if there is none. */
    Optional<Double> over(Measurement other) {
        for (Point mine : points.reversed()) {
            for (Point its : other.points) {
                if (its.size() == mine.size()) {
                    return Optional.of(mine.rate() / its.rate());
                }
            }
        }
        return Optional.empty();
    }

    /** Returns the better of two measurements of the same, size by size: whatever disturbs a measurement makes it slower. */
    public Measurement better(Measurement other) {
        if (points.size() < other.points.size()) {
            return other.better(this);
        }
        List<Point> best = points.stream()
                .map(mine -> other.points.stream()
                        .filter(its -> its.size() == mine.size() && its.rate() > mine.rate())
                        .findFirst()
                        .orElse(mine))
                .toList();
        return new Measurement(best, abandoned);
    }
}
