package dev.mojave.generate;

import java.util.List;

/** Passes streamed text on up to the first stop text, and holds back an end that may be the beginning of a stop text. */
final class StopText {
    private final List<String> stops;
    private final StringBuilder pending = new StringBuilder();
    private boolean stopped;

    StopText(List<String> stops) {
        this.stops = stops;
    }

    /** Adds text and returns the part that is now certain to precede any stop text. */
    String add(String text) {
        if (stopped) {
            return "";
        }
        pending.append(text);
        int end = firstStop();
        if (end >= 0) {
            stopped = true;
            return take(end);
        }
        return take(pending.length() - heldBack());
    }

    /** Returns whether a stop text has been found. */
    boolean stopped() {
        return stopped;
    }

    /** Ends the text and returns the part that was held back. */
    String finish() {
        return stopped ? "" : take(pending.length());
    }

    private String take(int length) {
        String text = pending.substring(0, length);
        pending.delete(0, length);
        return text;
    }

    private int firstStop() {
        return stops.stream()
                .mapToInt(pending::indexOf)
                .filter(i -> i >= 0)
                .min()
                .orElse(-1);
    }

    private int heldBack() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, pending.length()); length > longest; length--) {
                if (stop.startsWith(pending.substring(pending.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
