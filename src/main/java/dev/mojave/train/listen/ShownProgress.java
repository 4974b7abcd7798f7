package dev.mojave.train.listen;

import dev.mojave.base.Progress;
import dev.mojave.base.Units;
import java.util.Locale;

/** Shows the loss and the speed of every step in the progress display. */
public final class ShownProgress implements Listener {
    private static final double SMOOTHING = 0.9;

    private final Progress progress;
    private double recent;

    /** Starts a progress display of {@code totalSteps} steps. */
    public ShownProgress(Progress progress, long totalSteps) {
        this.progress = progress;
        progress.start("training", totalSteps, "steps");
    }

    @Override
    public void after(Moment moment) {
        double speed = moment.stepTokens() / moment.stepSeconds();
        recent = recent == 0 ? speed : SMOOTHING * recent + (1 - SMOOTHING) * speed;
        progress.update(
                moment.step(),
                "loss "
                        + String.format(
                                Locale.ROOT, "%.4f", moment.result().losses().loss()) + " · " + Units.count(recent)
                        + " tokens/s");
    }
}
