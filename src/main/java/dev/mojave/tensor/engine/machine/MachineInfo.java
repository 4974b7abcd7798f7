package dev.mojave.tensor.engine.machine;

import dev.mojave.result.Provenance;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The facts about this machine that the engine's choices and the provenance of results need.
 *
 * @param cpu model name as reported by the system
 * @param flags instruction-set flags that may be used, sorted; empty if the system does not list them. Flags that the environment forbids
 * the libraries to use ({@link Emulation}) are left out
 * @param cores usable logical cores, after affinity and container limits
 * @param physicalCores usable physical cores (two hardware threads of one core count once)
 * @param memoryBytes physical memory, or the container's limit if that is lower
 * @param operatingSystem name, version and architecture
 * @param identity what distinguishes this processor from others of the same name
 * @param forced settings of the environment and of Java that make this processor behave like another, {@code NAME=value}
 */
public record MachineInfo(
        String cpu,
        List<String> flags,
        int cores,
        int physicalCores,
        long memoryBytes,
        String operatingSystem,
        CpuIdentity identity,
        List<String> forced) {
    private static final long BUSY_INTERVAL_MILLIS = 200;
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** Copies the lists. */
    public MachineInfo {
        flags = List.copyOf(flags);
        forced = List.copyOf(forced);
    }

    /** Creates a machine of which only the processor's name is known, without emulation. */
    public MachineInfo(
            String cpu, List<String> flags, int cores, int physicalCores, long memoryBytes, String operatingSystem) {
        this(cpu, flags, cores, physicalCores, memoryBytes, operatingSystem, CpuIdentity.named(cpu), List.of());
    }

    /** Returns the usable cores (the JVM counts affinity and container limits), or the user's OMP_NUM_THREADS if that is lower. */
    public int threadLimit() {
        String limit = System.getenv("OMP_NUM_THREADS");
        return limit != null && limit.matches("[1-9][0-9]{0,3}") ? Math.min(cores, Integer.parseInt(limit)) : cores;
    }

    /** Returns whether the processor lists this instruction-set flag. */
    public boolean has(String flag) {
        return flags.contains(flag);
    }

    /** Returns whether the processor has instructions that multiply bfloat16; true if the system does not list instruction sets. */
    public boolean multipliesNarrow() {
        return flags.isEmpty() || has("avx512_bf16") || has("amx_bf16") || has("bf16") || has("asimdbf16");
    }

    /** Returns the usable instruction sets that matter for speed. */
    public List<String> instructionSets() {
        return InstructionSets.of(flags);
    }

    /** Returns the description of this machine in results and reports. */
    public Provenance.Machine described() {
        return new Provenance.Machine(
                cpu,
                cores,
                memoryBytes,
                operatingSystem,
                new Provenance.Processor(
                        identity.vendor(),
                        identity.family(),
                        identity.model(),
                        identity.stepping(),
                        instructionSets(),
                        forced));
    }

    /** Detects the present machine. */
    public static MachineInfo detect() {
        int cores = Runtime.getRuntime().availableProcessors();
        List<String> lines = readLines(CPUINFO);
        String cpu = first(lines, "model name");
        if (cpu.isEmpty()) {
            cpu = cpuWithoutProc();
        }
        Set<String> flags = new TreeSet<>();
        Scanner words = new Scanner(first(lines, "flags") + " " + first(lines, "Features"));
        words.forEachRemaining(flags::add);
        Emulation emulation = Emulation.ofThisProcess();
        String system = System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
        return new MachineInfo(
                cpu,
                emulation.usable(List.copyOf(flags)),
                cores,
                Math.min(cores, countPhysicalCores(lines, cores)),
                physicalMemory(),
                system,
                CpuIdentity.of(lines, cpu),
                emulation.settings());
    }

    /** Returns the share of all processors that was in use during the last moments, by any program; 0 if the system does not report it. */
    public static double busy() {
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean bean)) {
            return 0;
        }
        double share = bean.getCpuLoad(); // The first call only starts the interval.
        try {
            Thread.sleep(BUSY_INTERVAL_MILLIS);
            share = bean.getCpuLoad();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Double.isNaN(share) ? 0 : Math.max(0, share);
    }

    /** Counts distinct (socket, core) pairs; machines that do not list them are taken to have one thread per core. */
    static int countPhysicalCores(List<String> cpuinfo, int otherwise) {
        Set<String> pairs = new HashSet<>();
        String socket = "";
        for (String line : cpuinfo) {
            if (line.startsWith("physical id")) {
                socket = value(line);
            } else if (line.startsWith("core id")) {
                pairs.add(socket + "/" + value(line));
            }
        }
        return pairs.isEmpty() ? otherwise : pairs.size();
    }

    private static long physicalMemory() {
        // The JDK's own bean already takes the container's limit into account.
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean bean
                ? bean.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }

    private static String cpuWithoutProc() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String name = "";
        if (os.contains("mac")) {
            name = output(List.of("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"));
        } else if (os.contains("windows")) {
            String identifier = System.getenv("PROCESSOR_IDENTIFIER");
            name = identifier == null ? "" : identifier;
        }
        return name.isBlank() ? System.getProperty("os.arch") + " processor" : name.strip();
    }

    private static String output(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0 ? text : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static String first(List<String> lines, String key) {
        for (String line : lines) {
            if (line.startsWith(key) && line.indexOf(':') > 0) {
                return value(line);
            }
        }
        return "";
    }

    private static String value(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }

    private static List<String> readLines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : new ArrayList<>();
        } catch (IOException e) {
            return new ArrayList<>();
        }
    }
}
