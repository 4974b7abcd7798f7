package dev.mojave.lab.bench;

import dev.mojave.base.BuildInfo;
import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.result.bench.BenchComparison;
import dev.mojave.result.bench.BenchComparison.Rival;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.machine.MachineInfo;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Compares programs that take turns at the same work, on one machine and in one run, so that anything that slows the machine down
 * affects all of them. Each round yields one ratio per program: the median step time of its turn over Mojave's.
 */
public final class CompareBench {
    /** Length of a turn: several steps of a small model, or one step of a large one. */
    private static final double TURN_SECONDS = 0.5;

    /**
     * A program to measure.
     *
     * @param name its display name
     * @param command the command that starts it
     * @param foreign whether it is another project's program, which runs without the environment that Mojave's launcher sets
     */
    public record Entry(String name, List<String> command, boolean foreign) {
        /** Copies the command, so that it cannot change. */
        public Entry {
            command = List.copyOf(command);
        }
    }

    private final List<Entry> entries;
    private final Map<Entry, Contestant> running = new LinkedHashMap<>();
    private final Map<Entry, Contestant.Ready> ready = new LinkedHashMap<>();
    private final Map<Entry, String> failures = new LinkedHashMap<>();
    private final Map<Entry, List<Double>> medians = new LinkedHashMap<>();
    private final Map<Entry, Long> peaks = new LinkedHashMap<>();

    private CompareBench(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * Measures a workload in Mojave and in other programs, and the machine's matrix-product ceiling before and after.
     *
     * @param others the programs to compare with
     * @param pairs number of rounds; a stop request ends them early
     * @param command the command as typed, for the record
     * @return the comparison; empty if stopped before there were enough rounds for an interval
     * @throws Failure of kind ENVIRONMENT if Mojave cannot be measured; if another program fails, its {@link Rival} carries the
     *     reason
     */
    public static Optional<BenchComparison> run(
            Workload workload,
            EngineRequest engine,
            List<Entry> others,
            int pairs,
            String command,
            Progress progress,
            StopSignal stop) {
        List<Entry> entries = new ArrayList<>(List.of(ours("Mojave", workload, engine)));
        entries.addAll(others);
        double ceiling = MatmulCeiling.of(DType.FLOAT32);
        List<Rival> rivals = run(entries, pairs, progress, stop);
        if (rivals.isEmpty()) {
            return Optional.empty();
        }
        ceiling = Math.max(ceiling, MatmulCeiling.of(DType.FLOAT32));
        double seconds = rivals.getFirst().stepSeconds();
        return Optional.of(new BenchComparison(
                workload.name(),
                workload.tokens() / seconds,
                workload.flops() / seconds / 1e9,
                workload.flops() / seconds / ceiling,
                ceiling / 1e9,
                rivals,
                MachineInfo.detect().described(),
                Engine.versions(),
                BuildInfo.current().commit(),
                command,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
    }

    /** Returns an entry that runs another workload in Mojave. */
    public static Entry ours(String name, Workload workload, EngineRequest engine) {
        return new Entry(name, BenchWorker.command(workload, engine), false);
    }

    /**
     * Lets the entries take turns. Returns one rival per entry, in their order, the first with ratio 1; empty if stopped before
     * there were enough rounds for an interval.
     */
    static List<Rival> run(List<Entry> entries, int pairs, Progress progress, StopSignal stop) {
        Check.that(pairs >= 1, "--pairs (%d) must be at least 1", pairs);
        CompareBench bench = new CompareBench(entries);
        try {
            bench.start(progress, stop);
            int rounds = bench.rounds(pairs, progress, stop);
            if (rounds < pairs) {
                boolean enough = rounds >= Ratio.FEWEST_PAIRS;
                progress.say("stopped after " + rounds + " of " + pairs + " rounds"
                        + (enough ? "" : ", too few for an interval: at least " + Ratio.FEWEST_PAIRS + " are needed"));
                if (!enough) {
                    return List.of();
                }
            }
            return entries.stream().map(bench::rival).toList();
        } finally {
            bench.running.values().forEach(Contestant::close);
        }
    }

    /** Starts the programs one after another, so that no two warm up at the same time. */
    private void start(Progress progress, StopSignal stop) {
        progress.start("starting", entries.size(), "programs");
        for (Entry entry : entries) {
            if (stop.requested()) {
                break;
            }
            progress.update(ready.size(), entry.name());
            Contestant contestant = new Contestant(entry);
            running.put(entry, contestant);
            try {
                ready.put(entry, contestant.ready());
                medians.put(entry, new ArrayList<>());
            } catch (Failure e) {
                drop(entry, e, progress, stop);
            }
        }
        progress.finish("");
    }

    private void drop(Entry entry, Failure failure, Progress progress, StopSignal stop) {
        if (stop.requested()) {
            // The signal went to the whole process group and ended it during its start: this is no failure.
            return;
        }
        if (entry.equals(entries.getFirst())) {
            throw failure;
        }
        failures.put(entry, String.valueOf(failure.getMessage()));
        progress.say(String.valueOf(failure.getMessage()));
        medians.remove(entry);
        Contestant contestant = running.remove(entry);
        if (contestant != null) {
            contestant.close();
        }
    }

    /** Returns the number of completed rounds. */
    private int rounds(int pairs, Progress progress, StopSignal stop) {
        progress.start("comparing", pairs, "rounds");
        int round = 0;
        for (; round < pairs && !stop.requested(); round++) {
            List<Entry> order = new ArrayList<>(medians.keySet());
            // Going first may help or hurt, so every second round reverses the order.
            for (Entry entry : round % 2 == 0 ? order : order.reversed()) {
                turn(entry, progress, stop);
            }
            progress.update(round + 1, standing());
        }
        progress.finish("");
        return round;
    }

    private void turn(Entry entry, Progress progress, StopSignal stop) {
        Contestant contestant = running.get(entry);
        Contestant.Ready said = ready.get(entry);
        if (contestant == null || said == null) {
            return;
        }
        try {
            Contestant.Block block = contestant.run((int) Math.max(1, Math.round(TURN_SECONDS / said.stepSeconds())));
            medians.computeIfAbsent(entry, _ -> new ArrayList<>()).add(Ratio.median(block.seconds()));
            peaks.merge(entry, block.peakBytes(), Math::max);
        } catch (Failure e) {
            drop(entry, e, progress, stop);
        }
    }

    private String standing() {
        StringBuilder text = new StringBuilder();
        for (Entry entry : medians.keySet()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(String.format(Locale.ROOT, "%.1f ms", 1e3 * Ratio.median(times(entry))));
        }
        return text.toString();
    }

    private List<Double> times(Entry entry) {
        return medians.getOrDefault(entry, List.of());
    }

    private Rival rival(Entry entry) {
        Contestant.Ready said = ready.get(entry);
        List<Double> times = times(entry);
        if (said == null || times.isEmpty()) {
            return Rival.failed(entry.name(), failures.getOrDefault(entry, "stopped before it was measured"));
        }
        List<Double> ours = times(entries.getFirst());
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < Math.min(ours.size(), times.size()); round++) {
            ratios.add(times.get(round) / ours.get(round));
        }
        Ratio ratio = Ratio.of(ratios);
        return new Rival(
                entry.name(),
                said.program(),
                Ratio.median(times),
                ratio.median(),
                ratio.low(),
                ratio.high(),
                ratio.pairs(),
                said.loadedBytes(),
                peaks.getOrDefault(entry, 0L),
                null);
    }
}
