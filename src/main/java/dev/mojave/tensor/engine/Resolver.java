package dev.mojave.tensor.engine;

import dev.mojave.base.Failure;
import dev.mojave.base.Plural;
import dev.mojave.base.Progress;
import dev.mojave.tensor.engine.calibration.Calibration;
import dev.mojave.tensor.engine.calibration.CalibrationPolicy;
import dev.mojave.tensor.engine.calibration.CalibrationQuestion;
import dev.mojave.tensor.engine.calibration.Calibrator;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.machine.MachineInfo;
import dev.mojave.tensor.engine.machine.ProcessorTable;
import dev.mojave.tensor.engine.natives.Natives;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Turns {@code auto} into a choice for this machine. */
public final class Resolver {
    private final EngineRequest request;
    private final MachineInfo machine = MachineInfo.detect();
    private final @Nullable EngineChoice running;
    private final Optional<Calibration> calibration;
    /** Why what is open was not measured, for people; empty where it was, or where nothing is open. */
    private final Optional<String> missing;

    private Resolver(EngineRequest request, @Nullable EngineChoice running, boolean mayMeasure, Progress progress) {
        this.request = request;
        this.running = running;
        CalibrationQuestion question = CalibrationQuestion.of(request, machine);
        // An engine that runs already was started without measuring: tests and library users do not wait for it.
        boolean measure = mayMeasure && running == null && !question.isEmpty();
        Calibrator.Answer answer = answer(question, measure, progress);
        this.calibration = answer.calibration();
        this.missing = answer.missing();
    }

    /** Only where measuring is allowed does what was measured earlier count: else the choice would depend on who ran here before. */
    private Calibrator.Answer answer(CalibrationQuestion question, boolean measure, Progress progress) {
        CalibrationPolicy policy = CalibrationPolicy.ofThisProcess();
        if (policy == CalibrationPolicy.REFUSE && measure) {
            throw CalibrationPolicy.refused(request);
        }
        if (policy != CalibrationPolicy.AUTO) {
            return new Calibrator.Answer(
                    Optional.empty(),
                    measure ? Optional.of(CalibrationPolicy.VARIABLE + " is 'never'") : Optional.empty());
        }
        Calibrator calibrator = new Calibrator(machine);
        return measure
                ? calibrator.cachedOrMeasured(question, progress)
                : new Calibrator.Answer(calibrator.cached(), Optional.empty());
    }

    /**
     * Resolves every value; what already runs decides the BLAS library that {@code auto} means.
     *
     * @param mayMeasure whether to measure the machine if that was not done before; if not, a sound guess
     */
    public static EngineChoice resolve(
            EngineRequest request, @Nullable EngineChoice running, boolean mayMeasure, Progress progress) {
        return new Resolver(request, running, mayMeasure, progress).choice(progress);
    }

    /** Resolves what can be resolved for good without measuring the machine: empty if it would have to be measured first. */
    static Optional<EngineChoice> settled(EngineRequest request) {
        Resolver resolver = new Resolver(request, null, false, Progress.SILENT);
        CalibrationQuestion question = CalibrationQuestion.of(request, resolver.machine);
        return question.isEmpty()
                        || resolver.calibration.filter(c -> c.answers(question)).isPresent()
                ? Optional.of(resolver.choice(Progress.SILENT))
                : Optional.empty();
    }

    /** Returns what was measured here earlier, where this process may use it. */
    static Optional<Calibration> known() {
        return CalibrationPolicy.ofThisProcess() == CalibrationPolicy.AUTO
                ? new Calibrator(MachineInfo.detect()).cached()
                : Optional.empty();
    }

    private EngineChoice choice(Progress progress) {
        boolean cuda = request.device().equals(EngineChoice.CUDA);
        String blas = blas();
        int threads = threads(blas);
        EngineChoice choice = new EngineChoice(
                cuda ? EngineChoice.CUDA : "cpu",
                precision(blas, threads),
                blas,
                threads,
                // The fused kernels are the CPU's; a GPU takes their plain twins.
                cuda ? "plain" : kernels(request, progress),
                EngineChoice.MALLOC_SYSTEM);
        missing.ifPresent(why -> progress.say(String.format(
                Locale.ROOT,
                "engine: %s, %s, %s, chosen without measuring, %s: %s; mojave doctor measures",
                choice.blas(),
                choice.precision(),
                Plural.of(choice.threads(), "thread"),
                by(),
                why)));
        return choice;
    }

    /** Says what decides the BLAS library. */
    private String by() {
        if (!EngineRequest.isAuto(request.blas())) {
            return "with the library that was asked for";
        }
        return compared().flatMap(_ -> fastest(_ -> true)).isPresent()
                ? "by what was measured earlier"
                : "as is usual for " + table().processors();
    }

    /** Returns the calibration if it says something of every library: one that was measured alone is not faster than the others for that. */
    private Optional<Calibration> compared() {
        return calibration.filter(c -> CalibrationQuestion.available().stream()
                .allMatch(library -> c.figures().stream().anyMatch(f -> f.blas().equals(library))));
    }

    private ProcessorTable table() {
        return ProcessorTable.of(machine, Natives.has("mkl"));
    }

    /** Returns the fastest of the figures that go with what was asked for. */
    private Optional<Calibration.Figures> fastest(Predicate<Calibration.Figures> eligible) {
        boolean anyThreads = EngineRequest.isAuto(request.threads());
        return calibration.flatMap(c -> c.fastest(figures -> eligible.test(figures)
                        && (anyThreads || figures.threads() == Integer.parseInt(request.threads())))
                // Other numbers of threads say more than a table.
                .or(() -> c.fastest(eligible)));
    }

    private String precision(String blas, int threads) {
        if (!EngineRequest.isAuto(request.precision())) {
            return request.precision();
        }
        // What was measured is the CPU.
        boolean pays = !request.device().equals(EngineChoice.CUDA)
                && calibration
                        .flatMap(c -> c.fastest(figures -> figures.blas().equals(blas) && figures.threads() == threads)
                                .or(() -> c.of(blas)))
                        .filter(Calibration.Figures::bf16Pays)
                        .isPresent();
        return pays ? "bf16-mixed" : "fp32";
    }

    private String blas() {
        if (!EngineRequest.isAuto(request.blas())) {
            if (!Natives.has(request.blas())) {
                throw Failure.environment(
                        "engine.blas: %s is not available for %s %s; choose engine.blas: openblas",
                        request.blas(), System.getProperty("os.name"), System.getProperty("os.arch"));
            }
            return request.blas();
        }
        EngineChoice now = running;
        if (now != null) {
            return now.blas();
        }
        return compared()
                .flatMap(_ -> fastest(figures -> Natives.has(figures.blas())))
                .map(Calibration.Figures::blas)
                .orElseGet(() -> table().blas());
    }

    private int threads(String blas) {
        if (!EngineRequest.isAuto(request.threads())) {
            return Integer.parseInt(request.threads());
        }
        int limit = machine.threadLimit();
        return Math.min(
                limit,
                fastest(figures -> figures.blas().equals(blas))
                        .map(Calibration.Figures::threads)
                        .orElse(machine.physicalCores()));
    }

    private static String kernels(EngineRequest request, Progress progress) {
        boolean vector = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        if (request.kernels().equals("fused") && !vector) {
            progress.say("engine.kernels: plain, because Java was started without --add-modules jdk.incubator.vector");
        }
        return vector && !request.kernels().equals("plain") ? "fused" : "plain";
    }
}
