package dev.mojave.base;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses and formats counts, sizes and times as people write them: {@code 10M}, {@code 50k}, {@code 1.5 GB}, {@code 2m 05s}. */
public final class Units {
    private static final Pattern COUNT =
            Pattern.compile("((?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?)\\s*([kKmMgGbB]?)");

    private Units() {}

    /**
     * Parses a count: {@code 500}, {@code 1e3}, {@code 50k}, {@code 1.5M}, {@code 2B} (decimal multiples).
     *
     * @throws IllegalArgumentException if the text is not a whole positive count
     */
    public static long parseCount(String text) {
        Matcher matcher = COUNT.matcher(text.strip().replace("_", ""));
        Check.that(matcher.matches(), "'%s' is not a count; write a number such as 500, 50k, 10M or 1.5B", text);
        double scale = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> 1e3;
            case "m" -> 1e6;
            case "g", "b" -> 1e9;
            default -> 1;
        };
        double value = Double.parseDouble(matcher.group(1)) * scale;
        Check.that(value == Math.rint(value) && value < 9e15, "'%s' is not a whole count", text);
        return (long) value;
    }

    /** Formats a count with three significant digits and a decimal suffix: {@code 1.23M}. */
    public static String count(double value) {
        double magnitude = Math.abs(value);
        if (magnitude >= 1e9) {
            return significant(value / 1e9) + "B";
        }
        if (magnitude >= 1e6) {
            return significant(value / 1e6) + "M";
        }
        if (magnitude >= 1e4) {
            return significant(value / 1e3) + "k";
        }
        return String.format(Locale.ROOT, "%.0f", value);
    }

    /** Formats a count like {@link #count} without zeros at the end of a fraction: {@code 1M}, {@code 1.2M}. */
    public static String shortCount(double value) {
        return count(value).replaceFirst("\\.0+(?=[kMB]$)|(?<=\\.\\d)0+(?=[kMB]$)", "");
    }

    /** Formats a size in bytes with decimal units: {@code 1.50 GB}. */
    public static String bytes(double bytes) {
        if (bytes >= 1e9) {
            return significant(bytes / 1e9) + " GB";
        }
        if (bytes >= 1e6) {
            return significant(bytes / 1e6) + " MB";
        }
        if (bytes >= 1e3) {
            return significant(bytes / 1e3) + " kB";
        }
        return String.format(Locale.ROOT, "%.0f B", bytes);
    }

    /** Formats a duration in seconds: {@code 4.2s}, {@code 2m 05s}, {@code 1h 02m}. */
    public static String seconds(double seconds) {
        if (seconds < 60) {
            return String.format(Locale.ROOT, seconds < 10 ? "%.1fs" : "%.0fs", seconds);
        }
        Duration duration = Duration.ofSeconds(Math.round(seconds));
        return duration.toHours() > 0
                ? String.format(Locale.ROOT, "%dh %02dm", duration.toHours(), duration.toMinutesPart())
                : String.format(Locale.ROOT, "%dm %02ds", duration.toMinutes(), duration.toSecondsPart());
    }

    private static String significant(double value) {
        double magnitude = Math.abs(value);
        String format = magnitude >= 100 ? "%.0f" : magnitude >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
