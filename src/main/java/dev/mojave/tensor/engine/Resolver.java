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

/** Replaces every {@code auto} of a request by a choice for this machine. */
public final class Resolver {
    private final EngineRequest request;
    private final MachineInfo machine = MachineInfo.detect();
    private final @Nullable EngineChoice running;
    private final Optional<Calibration> calibration;
    /** The reason, for users, why open values were decided without a measurement; empty if they were measured, or if none is open. */
    private final Optional<String> missing;

    private Resolver(EngineRequest request, @Nullable EngineChoice running, boolean mayMeasure, Progress progress) {
        this.request = request;
        this.running = running;
        CalibrationQuestion question = CalibrationQuestion.of(request, machine);
        // A running engine was started without measuring: tests and library users do not wait for measurements.
        boolean measure = mayMeasure && running == null && !question.isEmpty();
        Calibrator.Answer answer = answer(question, measure, progress);
        this.calibration = answer.calibration();
        this.missing = answer.missing();
    }

    /** Uses earlier measurements only if measuring is allowed: otherwise the choice would depend on which programs ran here before. */
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
     * Resolves every value; if an engine is running, its BLAS library is the one that {@code auto} means.
     *
     * @param mayMeasure whether to measure the machine if it has not been measured; if not, defaults for the processor are used
     */
    public static EngineChoice resolve(
            EngineRequest request, @Nullable EngineChoice running, boolean mayMeasure, Progress progress) {
        return new Resolver(request, running, mayMeasure, progress).choice(progress);
    }

    /** Resolves a request whose choice is final without measuring the machine; empty if the machine would have to be measured first. */
    static Optional<EngineChoice> settled(EngineRequest request) {
        Resolver resolver = new Resolver(request, null, false, Progress.SILENT);
        CalibrationQuestion question = CalibrationQuestion.of(request, resolver.machine);
        return question.isEmpty()
                        || resolver.calibration.filter(c -> c.answers(question)).isPresent()
                ? Optional.of(resolver.choice(Progress.SILENT))
                : Optional.empty();
    }

    /** Returns the earlier measurements of this machine, if this process may use them. */
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
                // The fused kernels run on the CPU only; a GPU uses their reference implementations.
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

    /** Returns the words for what decides the BLAS library. */
    private String by() {
        if (!EngineRequest.isAuto(request.blas())) {
            return "with the library that was asked for";
        }
        return compared().flatMap(_ -> fastest(_ -> true)).isPresent()
                ? "by what was measured earlier"
                : "as is usual for " + table().processors();
    }

    /** Returns the calibration if it covers every library: a library that was measured alone has not been shown to be faster. */
    private Optional<Calibration> compared() {
        return calibration.filter(c -> CalibrationQuestion.available().stream()
                .allMatch(library -> c.figures().stream().anyMatch(f -> f.blas().equals(library))));
    }

    private ProcessorTable table() {
        return ProcessorTable.of(machine, Natives.has("mkl"));
    }

    /** Returns the fastest of the measured figures that match the request. */
    private Optional<Calibration.Figures> fastest(Predicate<Calibration.Figures> eligible) {
        boolean anyThreads = EngineRequest.isAuto(request.threads());
        return calibration.flatMap(c -> c.fastest(figures -> eligible.test(figures)
                        && (anyThreads || figures.threads() == Integer.parseInt(request.threads())))
                // A measurement with another number of threads says more than the table.
                .or(() -> c.fastest(eligible)));
    }

    private String precision(String blas, int threads) {
        if (!EngineRequest.isAuto(request.precision())) {
            return request.precision();
        }
        // The measured rates are the CPU's.
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
