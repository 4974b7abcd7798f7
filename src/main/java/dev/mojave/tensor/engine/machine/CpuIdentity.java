package dev.mojave.tensor.engine.machine;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a processor: virtual machines often report the same name for processors of very different speed.
 *
 * @param vendor as reported by the processor ({@code AuthenticAMD}, {@code GenuineIntel}); for ARM the implementer's number; empty if
 * unknown
 * @param family number; null if unknown
 * @param model number; for ARM the part; null if unknown
 * @param stepping number; for ARM the revision; null if unknown
 */
public record CpuIdentity(
        String vendor,
        @Nullable Integer family,
        @Nullable Integer model,
        @Nullable Integer stepping) {
    /** The vendor that Intel's x86 processors report. */
    static final String INTEL = "GenuineIntel";
    /** The vendor that AMD's processors report. */
    static final String AMD = "AuthenticAMD";

    /** Windows: {@code Intel64 Family 6 Model 142 Stepping 10, GenuineIntel}. */
    private static final Pattern WINDOWS = Pattern.compile(".*Family (\\d+) Model (\\d+) Stepping (\\d+), (\\w+).*");

    /**
     * Reads the first processor in Linux's /proc/cpuinfo.
     *
     * @param cpuinfo lines; empty on other systems
     * @param name the system's name of the processor, from which the identity is read if there is no list
     */
    static CpuIdentity of(List<String> cpuinfo, String name) {
        String vendor = value(cpuinfo, "vendor_id");
        if (!vendor.isEmpty()) {
            return new CpuIdentity(
                    vendor, number(cpuinfo, "cpu family"), number(cpuinfo, "model"), number(cpuinfo, "stepping"));
        }
        String implementer = value(cpuinfo, "CPU implementer");
        if (!implementer.isEmpty()) {
            return new CpuIdentity(
                    "ARM implementer " + implementer,
                    number(cpuinfo, "CPU architecture"),
                    number(cpuinfo, "CPU part"),
                    number(cpuinfo, "CPU revision"));
        }
        return named(name);
    }

    /** Reads the identity from a name. */
    static CpuIdentity named(String name) {
        Matcher windows = WINDOWS.matcher(name);
        if (windows.matches()) {
            return new CpuIdentity(
                    windows.group(4),
                    Integer.valueOf(windows.group(1)),
                    Integer.valueOf(windows.group(2)),
                    Integer.valueOf(windows.group(3)));
        }
        String vendor =
                name.contains("Intel") ? INTEL : name.contains("AMD") ? AMD : name.contains("Apple") ? "Apple" : "";
        return new CpuIdentity(vendor, null, null, null);
    }

    private static String value(List<String> lines, String key) {
        return lines.stream()
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2 && parts[0].strip().equals(key))
                .map(parts -> parts[1].strip())
                .findFirst()
                .orElse("");
    }

    private static @Nullable Integer number(List<String> lines, String key) {
        String text = value(lines, key);
        return Optional.of(text)
                .filter(t -> t.matches("\\d{1,9}|0x[0-9a-fA-F]{1,7}"))
                .map(Integer::decode)
                .orElse(null);
    }
}
