package dev.mojave.tensor.engine.calibration;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rates of one operation at the sizes that there was time for.
 *
 * @param points in ascending order of size; may be empty
 * @param abandoned the reason, for users, why larger sizes are missing; null if the largest size was measured or the budget was used up
 */
public record Measurement(List<Point> points, @Nullable String abandoned) {
    /**
     * A rate at one size.
     *
     * @param size the side of a square matrix, the number of rows of a layer, ...
     * @param label the size for users, such as {@code 256 cubed}
     * @param rate 1e9 units of work per second
     */
    public record Point(int size, String label, double rate) {}

    /** Copies the list. */
    public Measurement {
        points = List.copyOf(points);
    }

    /** Returns a measurement without rates, with the reason. */
    static Measurement none(String reason) {
        return new Measurement(List.of(), reason);
    }

    /** Returns the rate at the largest size, which represents the operation; empty if there is none. */
    public Optional<Point> largest() {
        return points.isEmpty() ? Optional.empty() : Optional.of(points.getLast());
    }

    /** Returns the reason why rates are missing, if any are. */
    public Optional<String> reason() {
        return Optional.ofNullable(abandoned);
    }

    /** Returns the ratio of this rate to another's at the largest size that both have; empty if there is none. */
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

    /** Returns the better of two measurements of the same operation, size by size, because disturbances only make a measurement slower. */
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
