package dev.mojave.report.plot;

import dev.mojave.base.Units;
import dev.mojave.result.study.Summary;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Formats numbers for readers: as many digits as the uncertainty supports, a true minus sign, and a dash for a missing value. */
public final class Numbers {
    /** The placeholder for a missing value. */
    public static final String NONE = "–";

    private static final int MIN_DECIMALS = 2;
    private static final int MAX_DECIMALS = 4;

    private Numbers() {}

    /** Returns the value, or NaN if it is null. */
    public static double orNaN(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }

    /** Formats a value with a fixed number of decimals. */
    public static String fixed(double value, int decimals) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        boolean zero = text.chars().allMatch(c -> c == '-' || c == '0' || c == '.');
        return zero ? text.replace("-", "") : text.replace('-', '−');
    }

    /** Formats a value with an explicit sign. */
    public static String signed(double value, int decimals) {
        String text = fixed(value, decimals);
        boolean positive = value > 0 && text.chars().anyMatch(c -> c >= '1' && c <= '9');
        return positive ? "+" + text : text;
    }

    /** Returns the decimals needed to show an uncertainty with two significant digits, between 2 and 4; 4 if there is no uncertainty. */
    public static int decimals(double uncertainty) {
        if (!Double.isFinite(uncertainty) || uncertainty <= 0) {
            return MAX_DECIMALS;
        }
        int needed = 1 - (int) Math.floor(Math.log10(uncertainty));
        return Math.clamp(needed, MIN_DECIMALS, MAX_DECIMALS);
    }

    /** Formats a loss with four decimals. */
    public static String loss(double nats) {
        return fixed(nats, MAX_DECIMALS);
    }

    /** Formats mean and standard deviation over seeds as {@code 1.6545 ± 0.0012}; for one seed, the value alone. */
    public static String summary(Summary summary) {
        if (summary.values().size() < 2) {
            return loss(summary.mean());
        }
        int decimals = decimals(summary.sd());
        return fixed(summary.mean(), decimals) + " ± " + fixed(summary.sd(), decimals);
    }

    /** Formats a difference and its interval as {@code +0.0758 [+0.0737, +0.0779]}; without an interval, the difference alone. */
    public static String interval(double value, double low, double high) {
        if (!Double.isFinite(low) || !Double.isFinite(high)) {
            return signed(value, MAX_DECIMALS);
        }
        int decimals = decimals((high - low) / 2);
        return signed(value, decimals) + " [" + signed(low, decimals) + ", " + signed(high, decimals) + "]";
    }

    /** Formats a share as a percentage without decimals. */
    public static String percent(double share) {
        return Double.isFinite(share) ? fixed(share * 100, 0) + "%" : NONE;
    }

    /** Formats a count with a suffix, such as {@code 1.23M}; a dash if it is unknown (zero or less). */
    public static String count(double value) {
        return Double.isFinite(value) && value > 0 ? Units.count(value) : NONE;
    }

    /** Formats a count as {@link #count(double)} does. */
    public static String count(long value) {
        return count((double) value);
    }

    /** Formats a size as {@link #bytes(double)} does. */
    public static String bytes(long value) {
        return bytes((double) value);
    }

    /** Formats a whole number with thin spaces between groups of thousands. */
    public static String whole(long value) {
        return String.format(Locale.ROOT, "%,d", value).replace(',', ' ');
    }

    /** Formats a time; a dash if it is unknown (zero or less). */
    public static String seconds(double value) {
        return Double.isFinite(value) && value > 0 ? Units.seconds(value) : NONE;
    }

    /** Formats a size; a dash if it is unknown (zero or less). */
    public static String bytes(double value) {
        return Double.isFinite(value) && value > 0 ? Units.bytes(value) : NONE;
    }

    /** Formats a value with about three significant digits, without an exponent if its magnitude is ordinary. */
    public static String compact(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        double magnitude = Math.abs(value);
        if (value == 0) {
            return "0";
        }
        if (magnitude < 1e-3 || magnitude >= 1e6) {
            return String.format(Locale.ROOT, "%.2e", value)
                    .replace("e-0", "e-")
                    .replace("e+0", "e")
                    .replace("-", "−");
        }
        return fixed(value, magnitude >= 100 ? 0 : magnitude >= 10 ? 2 : 4);
    }

    /** Formats a number on an axis, as briefly as possible. */
    public static String tick(double value, Plot.Format format) {
        return switch (format) {
            case PLAIN -> plain(value);
            case COUNT -> value == 0 ? "0" : suffixed(value);
            case SECONDS -> value == 0 ? "0" : Units.seconds(value);
            case SCIENTIFIC -> value == 0 ? "0" : scientific(value);
        };
    }

    /** Rounds to the given number of significant digits; a value that is not finite is returned unchanged. */
    public static double roundTo(double value, int digits) {
        return Double.isFinite(value)
                ? new BigDecimal(value)
                        .round(new MathContext(digits, RoundingMode.HALF_EVEN))
                        .doubleValue()
                : value;
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(roundTo(value, 6))
                .stripTrailingZeros()
                .toPlainString()
                .replace('-', '−');
    }

    private static String suffixed(double value) {
        double magnitude = Math.abs(value);
        if (magnitude >= 1e9) {
            return plain(value / 1e9) + "B";
        }
        if (magnitude >= 1e6) {
            return plain(value / 1e6) + "M";
        }
        return magnitude >= 1e3 ? plain(value / 1e3) + "k" : plain(value);
    }

    private static String scientific(double value) {
        int exponent = (int) Math.floor(Math.log10(Math.abs(value)));
        return plain(value / Math.pow(10, exponent)) + "e" + exponent;
    }
}
