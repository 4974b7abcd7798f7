package dev.mojave.train;

/** Measures a run: wall time with everything in it, and the speed of training steps alone. */
final class Stopwatch {
    private static final double SMOOTHING = 0.9;

    private final long started = System.nanoTime();
    private final double earlierSeconds;
    private long stepStarted;
    private long stepNanos;
    private long stepTokens;
    private double recent;

    /** Starts; {@code earlierSeconds} were spent before an interruption. */
    Stopwatch(double earlierSeconds) {
        this.earlierSeconds = earlierSeconds;
    }

    void resumeStep() {
        stepStarted = System.nanoTime();
    }

    void pauseStep(long tokens) {
        long nanos = System.nanoTime() - stepStarted;
        stepNanos += nanos;
        stepTokens += tokens;
        double speed = tokens / (nanos / 1e9);
        recent = recent == 0 ? speed : SMOOTHING * recent + (1 - SMOOTHING) * speed;
    }

    /** Returns a moving average of tokens per second of steps. */
    double recentTokensPerSecond() {
        return recent;
    }

    /** Returns tokens per second of the steps since the last call. */
    double takeTokensPerSecond() {
        double speed = stepNanos == 0 ? 0 : stepTokens / (stepNanos / 1e9);
        stepNanos = 0;
        stepTokens = 0;
        return speed;
    }

    /** Returns the wall time of the run so far, without the time between an interruption and its resume. */
    double elapsedSeconds() {
        return earlierSeconds + (System.nanoTime() - started) / 1e9;
    }
}
