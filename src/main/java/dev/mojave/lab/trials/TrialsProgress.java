package dev.mojave.lab.trials;

import dev.mojave.base.Progress;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Shows the progress of many trials in training tokens over all of them, so that the remaining time is the whole experiment's;
 * the detail names the running trials. An {@link Executor} calls it, one call at a time.
 */
public final class TrialsProgress implements TrialListener {
    /** The most trials named on the progress line. */
    private static final int SHOWN = 4;

    private final Progress progress;
    private int all;
    private final Function<Trial, String> summary;
    private final Map<Trial, Running> running = new LinkedHashMap<>();
    private int begun;
    private long endedTokens;
    private long reached;

    private record Running(int number, long tokens, double share, double loss) {}

    /**
     * Starts the progress display.
     *
     * @param title of the progress line
     * @param earlier number of trials that were already finished
     * @param expected expected number of trials, including those; there may turn out to be more
     * @param tokens training tokens of the unfinished ones
     * @param summary returns a one-line summary of a finished trial
     */
    public TrialsProgress(
            String title, Progress progress, int earlier, int expected, long tokens, Function<Trial, String> summary) {
        this.progress = progress;
        this.begun = earlier;
        this.all = expected;
        this.summary = summary;
        progress.start(title, tokens, "tokens");
    }

    @Override
    public void started(Trial trial) {
        begun++;
        all = Math.max(all, begun);
        running.put(trial, new Running(begun, 0, 0, Double.NaN));
        show();
    }

    @Override
    public void reached(Trial trial, long step, long totalSteps, double loss) {
        Running now = running.get(trial);
        if (now == null || totalSteps <= 0) {
            return;
        }
        double share = Math.clamp((double) step / totalSteps, 0, 1);
        long tokens = Math.max(now.tokens, Math.round(share * trial.tokens()));
        running.put(trial, new Running(now.number, tokens, share, loss));
        show();
    }

    @Override
    public void ended(Trial trial, TrialOutcome outcome) {
        Running was = running.remove(trial);
        String place = "trial " + (was == null ? begun : was.number) + "/" + all + " " + trial.name() + ": ";
        // A failed trial needs no more time either.
        endedTokens += trial.tokens();
        progress.say(place
                + switch (outcome) {
                    case TrialOutcome.Finished() -> summary.apply(trial);
                    case TrialOutcome.Stopped() -> "stopped and saved";
                    case TrialOutcome.Failed(String reason) -> "failed: " + reason;
                });
        show();
    }

    private void show() {
        long now = endedTokens
                + running.values().stream().mapToLong(Running::tokens).sum();
        // A resumed trial starts counting anew; the total must not go backwards for it.
        reached = Math.max(reached, now);
        String names = running.entrySet().stream()
                .limit(SHOWN)
                .map(entry -> entry.getKey().name() + detail(entry.getValue()))
                .collect(Collectors.joining(" | "));
        int more = running.size() - SHOWN;
        progress.update(reached, begun + "/" + all + " " + names + (more > 0 ? " and " + more + " more" : ""));
    }

    private static String detail(Running running) {
        String loss = Double.isNaN(running.loss) ? "" : String.format(Locale.ROOT, " loss %.3f", running.loss);
        return String.format(Locale.ROOT, " %.0f%%", 100 * running.share) + loss;
    }
}
