package dev.mojave.cli.console;

import dev.mojave.base.Units;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shows the progress of a task: on a terminal as a bar that is redrawn in place at most ten times per second, elsewhere as a plain line
 * every ten seconds. The remaining time is estimated from the pace since the first update, so that a resumed run is not credited with the
 * steps of its predecessor.
 */
final class ProgressLine {
    private static final int BAR = 20;
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final long LINE_NANOS = 10_000_000_000L;
    private static final String ERASE = "\r\u001b[2K";

    private final Supplier<PrintStream> err;
    private final Terminal terminal;
    private final LongSupplier clock;

    private boolean active;
    private boolean drawn;
    private String title = "";
    private String unit = "";
    private long total;
    private long firstDone = -1;
    private long firstTime;
    private long lastShown;

    ProgressLine(Supplier<PrintStream> err, Terminal terminal, LongSupplier clock) {
        this.err = err;
        this.terminal = terminal;
        this.clock = clock;
    }

    /** Begins a task; a total of 0 means that it is unknown. */
    void start(String newTitle, long newTotal, String newUnit) {
        clear();
        active = true;
        title = newTitle;
        unit = newUnit;
        total = newTotal;
        firstDone = -1;
        lastShown = clock.getAsLong();
    }

    /** Shows the progress, unless it was shown a moment ago. */
    void update(long done, String detail) {
        if (!active) {
            return;
        }
        long now = clock.getAsLong();
        if (firstDone < 0) {
            firstDone = done;
            firstTime = now;
        }
        if (now - lastShown < (terminal.error() ? REDRAW_NANOS : LINE_NANOS)) {
            return;
        }
        lastShown = now;
        String text = text(done, detail, now);
        if (terminal.error()) {
            int room = Math.max(20, terminal.width() - 1);
            err.get().print(ERASE + (text.length() > room ? text.substring(0, room - 1) + "…" : text));
            err.get().flush();
            drawn = true;
        } else {
            err.get().println(text);
        }
    }

    private String text(long done, String detail, long now) {
        StringBuilder text = new StringBuilder(title);
        if (total > 0) {
            double share = Math.clamp((double) done / total, 0, 1);
            if (terminal.error()) {
                int full = (int) Math.round(share * BAR);
                text.append(' ').append("━".repeat(full)).append("╌".repeat(BAR - full));
            }
            text.append(String.format(Locale.ROOT, " %3.0f%%", 100 * share));
        }
        text.append(' ').append(Units.count((double) done));
        if (total > 0) {
            text.append('/').append(Units.count((double) total));
        }
        text.append(' ').append(unit);
        if (!detail.isEmpty()) {
            text.append(" · ").append(detail);
        }
        if (total > 0 && done > firstDone) {
            double left = (now - firstTime) / 1e9 * (total - done) / (done - firstDone);
            text.append(" · ").append(Units.seconds(Math.max(0, left))).append(" left");
        }
        return text.toString();
    }

    /** Erases the bar so that a line can be printed in its place; the next update draws it again. */
    void clear() {
        if (drawn) {
            err.get().print(ERASE);
            err.get().flush();
            drawn = false;
            lastShown = clock.getAsLong() - REDRAW_NANOS;
        }
    }

    /** Ends the task. */
    void finish() {
        clear();
        active = false;
    }
}
