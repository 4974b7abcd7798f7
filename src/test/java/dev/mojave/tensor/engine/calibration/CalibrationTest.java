package dev.mojave.tensor.engine.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.tree.Json;
import dev.mojave.result.DoctorReport;
import dev.mojave.tensor.engine.Doctor;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.Resolver;
import dev.mojave.tensor.engine.calibration.Calibration.Kind;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.machine.CpuIdentity;
import dev.mojave.tensor.engine.machine.MachineInfo;
import dev.mojave.tensor.engine.machine.ProcessorTable;
import dev.mojave.tensor.engine.natives.Natives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationTest {
    private static final String NOW = "2026-11-23T00:00:00Z";
    private static final MachineInfo OLD_AMD = machine("AMD EPYC 7543", "avx", "avx2", "fma");

    private static MachineInfo machine(String cpu, String... flags) {
        return new MachineInfo(cpu, List.of(flags), 2, 2, 1_000_000_000L, "Linux");
    }

    private static Measurement at(int size, double rate) {
        return new Measurement(List.of(new Measurement.Point(size, size + " cubed", rate)), null);
    }

    private static Calibration.Figures figures(String blas, int threads, double fp32, double bf16) {
        Map<Kind, Measurement> kinds = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            kinds.put(kind, at(256, kind.narrow() ? bf16 : fp32));
        }
        return new Calibration.Figures(blas, threads, kinds);
    }

    private static Calibration.Figures without(Calibration.Figures figures, Kind kind, String reason) {
        Map<Kind, Measurement> kinds = new EnumMap<>(figures.measurements());
        kinds.put(kind, Measurement.none(reason));
        return new Calibration.Figures(figures.blas(), figures.threads(), kinds);
    }

    private static Calibration calibration(Calibration.Figures... figures) {
        return new Calibration("some processor", List.of(figures), NOW);
    }

    private static Calibration.Figures fastest(Calibration.Figures... figures) {
        return calibration(figures).fastest(_ -> true).orElseThrow();
    }

    @Test
    void theFasterLibraryWinsAndEqualOnesStayWithTheSmaller() {
        assertThat(fastest(figures("openblas", 2, 200, 50), figures("mkl", 2, 300, 50))
                        .blas())
                .isEqualTo("mkl");
        assertThat(fastest(figures("openblas", 2, 300, 50), figures("mkl", 2, 303, 50))
                        .blas())
                .isEqualTo("openblas");
        assertThat(fastest(figures("mkl", 2, 303, 50), figures("openblas", 2, 300, 50))
                        .blas())
                .isEqualTo("openblas");
        assertThat(fastest(figures("mkl", 2, 300, 50)).blas()).isEqualTo("mkl");
        assertThat(calibration().fastest(_ -> true)).isEmpty();
    }

    @Test
    void bf16NeedsAThirdMoreAndThreadsFollowTheBestFigures() {
        assertThat(figures("openblas", 2, 300, 389).bf16Pays()).isFalse();
        assertThat(figures("openblas", 2, 300, 391).bf16Pays()).isTrue();
        assertThat(without(figures("openblas", 2, 300, 900), Kind.BF16_LINEAR, "x")
                        .bf16Pays())
                .isFalse();
        assertThat(fastest(figures("openblas", 4, 300, 1), figures("openblas", 8, 280, 1))
                        .threads())
                .isEqualTo(4);
        assertThat(calibration(figures("openblas", 4, 300, 1), figures("openblas", 8, 280, 1))
                        .of("openblas")
                        .orElseThrow()
                        .threads())
                .isEqualTo(4);
    }

    @Test
    void librariesAreComparedAtSizesThatBothReached() {
        Calibration.Figures slow = figures("openblas", 2, 200, 1);
        Calibration.Figures partly = without(figures("mkl", 2, 300, 1), Kind.FP32_ATTENTION, "abandoned");
        assertThat(fastest(slow, partly).blas()).isEqualTo("mkl");
        Calibration.Figures nothing =
                new Calibration.Figures("mkl", 2, Map.of(Kind.FP32_PRODUCT, Measurement.none("x")));
        assertThat(fastest(slow, nothing).blas()).isEqualTo("openblas");
        assertThat(fastest(nothing, slow).blas()).isEqualTo("openblas");
        assertThat(calibration(nothing).fastest(_ -> true)).isEmpty();
    }

    @Test
    void fixedValuesAreNotMeasured() {
        CalibrationQuestion all = question("auto", "auto", "auto");
        assertThat(all.libraries()).isEqualTo(CalibrationQuestion.available());
        assertThat(all.threads()).containsExactly(2);
        assertThat(all.kinds()).isEqualTo(EnumSet.complementOf(EnumSet.of(Kind.COPY)));
        assertThat(question("fp32", "mkl", "2").isEmpty()).isTrue();
        assertThat(question("fp32", "mkl", "auto").isEmpty()).isTrue();
        assertThat(question("fp32", "auto", "1").kinds()).isEqualTo(Kind.FP32);
        assertThat(question("fp32", "auto", "1").threads()).containsExactly(1);
        CalibrationQuestion precision = question("auto", "openblas", "1");
        assertThat(precision.libraries()).containsExactly("openblas");
        assertThat(precision.kinds()).isEqualTo(Kind.PRECISION);
        assertThat(CalibrationQuestion.of(new EngineRequest("cuda", "auto", "openblas", "1", "auto"), OLD_AMD)
                        .isEmpty())
                .isTrue();
        MachineInfo hyperthreads = new MachineInfo("a", List.of(), 8, 4, 1L << 30, "Linux");
        CalibrationQuestion threads =
                CalibrationQuestion.of(new EngineRequest("auto", "fp32", "openblas", "auto", "auto"), hyperthreads);
        assertThat(threads.threads()).contains(4);
        assertThat(threads.isEmpty()).isEqualTo(threads.threads().size() == 1);
    }

    private static EngineChoice choice(String precision, String blas, int threads) {
        return new EngineChoice("cpu", precision, blas, threads, "fused", EngineChoice.MALLOC_SYSTEM);
    }

    @Test
    void theCeilingIsThatOfTheVeryLibraryThreadsAndPrecision() {
        Calibration known = calibration(
                figures("openblas", 2, 300, 500), figures("openblas", 4, 350, 100), figures("mkl", 2, 400, 1));
        assertThat(known.ceiling(choice("fp32", "openblas", 2))).hasValue(300e9);
        assertThat(known.ceiling(choice("fp32", "mkl", 2))).hasValue(400e9);
        assertThat(known.ceiling(choice("bf16-mixed", "openblas", 2))).hasValue(500e9);
        assertThat(known.ceiling(choice("bf16-mixed", "openblas", 4)))
                .as("rounded factors are multiplied in float32 where that is faster")
                .hasValue(350e9);
        assertThat(known.ceiling(choice("fp32", "mkl", 4))).isEmpty();
        assertThat(known.ceiling(choice("fp32", "openblas", 1))).isEmpty();
    }

    @Test
    void choicesWithoutAMeasurementHaveNoCeiling() {
        Calibration.Figures both = figures("openblas", 2, 300, 500);
        Map<Kind, Measurement> kinds = new EnumMap<>(both.measurements());
        kinds.remove(Kind.BF16_PRODUCT);
        Calibration full = calibration(new Calibration.Figures("openblas", 2, kinds));
        assertThat(full.ceiling(choice("fp32", "openblas", 2))).hasValue(300e9);
        assertThat(full.ceiling(choice("bf16-mixed", "openblas", 2))).isEmpty();
        // An abandoned measurement is an answer: no product is faster than float32's.
        assertThat(calibration(without(both, Kind.BF16_PRODUCT, "abandoned"))
                        .ceiling(choice("bf16-mixed", "openblas", 2)))
                .hasValue(300e9);
        assertThat(calibration(without(both, Kind.FP32_PRODUCT, "abandoned")).ceiling(choice("fp32", "openblas", 2)))
                .isEmpty();
    }

    @Test
    void nothingMeasuredIsReadWhereMeasuringIsRefused() {
        // This applies to all tests, whatever the user's home contains.
        assertThat(Engine.matmulCeiling(Engine.current())).isEmpty();
    }

    private static CalibrationQuestion question(String precision, String blas, String threads) {
        return CalibrationQuestion.of(new EngineRequest("auto", precision, blas, threads, "auto"), OLD_AMD);
    }

    @Test
    void aCachedAnswerIsReadAndADamagedOneIsIgnored(@TempDir Path folder) throws IOException {
        Calibrator calibrator = calibrator(OLD_AMD, folder, 0);
        assertThat(calibrator.cached()).isEmpty();
        Calibration answer = new Calibration(
                "some processor",
                CalibrationQuestion.available().stream()
                        .map(library -> figures(library, 2, 300, 1))
                        .toList(),
                NOW);
        Files.writeString(calibrator.file(), Json.pretty(answer));
        assertThat(calibrator.cached()).contains(answer);
        assertThat(calibrator
                        .cachedOrMeasured(question("auto", "auto", "auto"), Progress.SILENT)
                        .calibration())
                .contains(answer);
        Files.writeString(calibrator.file(), "{\"cpu\": ");
        assertThat(calibrator.cached()).isEmpty();
    }

    /**
     * A measurer that reports 300 GFLOP/s for MKL and 200 for OpenBLAS, and half of that in the first turn of each, while other programs
     * run.
     */
    private static Calibrator calibrator(MachineInfo machine, Path folder, double others) {
        AtomicInteger turn = new AtomicInteger();
        return new Calibrator(machine, folder, (library, question, _) -> {
            double rate = (library.equals("mkl") ? 300 : 200)
                    / (turn.getAndIncrement() < question.libraries().size() ? 2.0 : 1.0);
            return new CalibrationSample(List.of(figures(library, 2, rate, 1)), others, 0);
        });
    }

    @Test
    void theBestOfAllTurnsCountsAndIsKept(@TempDir Path folder) {
        Calibrator calibrator = calibrator(OLD_AMD, folder, 0.1);
        Calibrator.Measured measured = calibrator.measured(Progress.SILENT);
        assertThat(measured.disturbed()).isFalse();
        assertThat(measured.answer().figures())
                .extracting(f -> f.rate(Kind.FP32_PRODUCT).orElseThrow().rate())
                .allMatch(rate -> rate >= 200);
        assertThat(calibrator.cached()).contains(measured.answer());
    }

    @Test
    void disturbedMeasurementsAreNeitherKeptNorTrusted(@TempDir Path folder) {
        Calibrator calibrator = calibrator(OLD_AMD, folder, 0.6);
        Calibrator.Measured measured = calibrator.measured(Progress.SILENT);
        assertThat(measured.disturbed()).isTrue();
        assertThat(measured.answer().figures()).isNotEmpty();
        assertThat(calibrator.cached()).isEmpty();
        Calibrator.Answer answer = calibrator.cachedOrMeasured(question("auto", "auto", "auto"), Progress.SILENT);
        assertThat(answer.calibration()).isEmpty();
        assertThat(answer.missing().orElseThrow()).matches("other programs use \\d+% of the processor");
    }

    @Test
    void aSlowPartIsNamedWithItsReasonAndTheRestIsKept(@TempDir Path folder) {
        List<String> said = new ArrayList<>();
        Calibrator calibrator = new Calibrator(OLD_AMD, folder, (library, _, _) -> {
            if (library.equals("mkl")) {
                throw new IOException("libmkl_rt.so: cannot be opened");
            }
            return new CalibrationSample(
                    List.of(without(figures(library, 2, 100, 1), Kind.BF16_PRODUCT, "abandoned, 256 cubed took 1.2s")),
                    0,
                    0);
        });
        Calibrator.Measured measured = calibrator.measured(new Notes(said));
        Calibration kept = calibrator.cached().orElseThrow();
        assertThat(kept).isEqualTo(measured.answer());
        assertThat(kept.of("openblas")).isPresent();
        assertThat(said)
                .contains(
                        "engine: openblas, 2 threads, bfloat16 products: abandoned, 256 cubed took 1.2s; this processor has no"
                                + " bf16 instructions");
        if (CalibrationQuestion.available().contains("mkl")) {
            assertThat(measured.failures()).containsEntry("mkl", "failed: libmkl_rt.so: cannot be opened");
        }
        // Nothing is measured again.
        assertThat(kept.answers(CalibrationQuestion.everything(OLD_AMD))).isTrue();
    }

    @Test
    void anotherQuestionAddsToTheCache(@TempDir Path folder) {
        List<CalibrationQuestion> asked = new ArrayList<>();
        Calibrator calibrator = new Calibrator(OLD_AMD, folder, (library, question, _) -> {
            asked.add(question);
            Map<Kind, Measurement> kinds = new EnumMap<>(Kind.class);
            question.kinds().forEach(kind -> kinds.put(kind, at(256, 100)));
            return new CalibrationSample(
                    question.threads().stream()
                            .map(threads -> new Calibration.Figures(library, threads, kinds))
                            .toList(),
                    0,
                    0);
        });
        CalibrationQuestion precision = question("auto", "openblas", "2");
        CalibrationQuestion one = question("auto", "openblas", "1");
        Calibration first = fill(calibrator, precision);
        assertThat(first.answers(precision)).isTrue();
        assertThat(first.answers(one)).isFalse();
        Calibration both = fill(calibrator, one);
        assertThat(both.answers(precision)).isTrue();
        assertThat(both.answers(one)).isTrue();
        assertThat(both.figures()).extracting(Calibration.Figures::threads).containsExactly(1, 2);
        assertThat(asked).containsExactly(precision, one);
    }

    /** Measures even if other programs use the processor. */
    private static Calibration fill(Calibrator calibrator, CalibrationQuestion question) {
        return calibrator.measured(question, Progress.SILENT).answer();
    }

    @Test
    void allProcessesTogetherHaveTenSeconds(@TempDir Path folder) {
        List<Long> budgets = new ArrayList<>();
        Calibrator calibrator = new Calibrator(OLD_AMD, folder, (library, _, budget) -> {
            budgets.add(budget);
            return new CalibrationSample(List.of(figures(library, 2, 100, 1)), 0, 0);
        });
        calibrator.measured(Progress.SILENT);
        assertThat(budgets).hasSize(CalibrationQuestion.available().size());
        long total = 8_500_000_000L;
        assertThat(budgets.getFirst()).isEqualTo(total / budgets.size());
        assertThat(budgets.getLast()).isLessThanOrEqualTo(total);
    }

    @Test
    void theLinesOfAStoppedProcessCount() throws IOException {
        CalibrationQuestion question = new CalibrationQuestion(
                List.of("mkl"), List.of(2), EnumSet.of(Kind.FP32_PRODUCT, Kind.BF16_PRODUCT, Kind.BF16_LINEAR));
        List<CalibrationSample.Line> lines = List.of(
                new CalibrationSample.Line(2, null, null, 0),
                new CalibrationSample.Line(2, Kind.FP32_PRODUCT, null, 0),
                new CalibrationSample.Line(2, Kind.FP32_PRODUCT, at(256, 90), 0),
                new CalibrationSample.Line(2, Kind.BF16_PRODUCT, null, 0.1));
        CalibrationSample sample = CalibrationProcess.sample(lines, "mkl", question, "abandoned", 7);
        Calibration.Figures figures = sample.figures().getFirst();
        assertThat(figures.measurements().get(Kind.FP32_PRODUCT)).isEqualTo(at(256, 90));
        assertThat(figures.measurements().get(Kind.BF16_PRODUCT)).isEqualTo(Measurement.none("abandoned"));
        assertThat(figures.measurements().get(Kind.BF16_LINEAR))
                .isEqualTo(Measurement.none("not measured, the time was up"));
        assertThat(sample.others()).isEqualTo(0.1);
        assertThatThrownBy(() -> CalibrationProcess.sample(List.of(), "mkl", question, "failed: no library", 0))
                .isInstanceOf(IOException.class)
                .hasMessage("failed: no library");
    }

    @Test
    void eachRateIsTheBestThatAnyTurnSaw() {
        Calibration.Figures slow = without(figures("mkl", 2, 1, 9), Kind.COPY, "slow");
        Calibration.Figures fast = figures("mkl", 2, 8, 2);
        Calibration.Figures other = figures("mkl", 4, 5, 5);
        List<CalibrationSample> samples = List.of(
                new CalibrationSample(List.of(slow, other), 0.1, 0), new CalibrationSample(List.of(fast), 0.3, 0));
        assertThat(CalibrationSample.best(samples)).containsExactly(figures("mkl", 2, 8, 9), other);
        assertThat(CalibrationSample.most(samples)).isEqualTo(0.3);
        assertThat(CalibrationSample.disturbance(samples)).isEqualTo(0.1);
    }

    @Test
    void anotherMachineIsAnotherQuestion(@TempDir Path folder) {
        Path file = file(folder, "a", 4, 1L << 30, 17, List.of(), "avx2");
        assertThat(file(folder, "a", 4, 1L << 31, 17, List.of(), "avx2")).isEqualTo(file);
        assertThat(file(folder, "a", 8, 1L << 30, 17, List.of(), "avx2")).isNotEqualTo(file);
        assertThat(file(folder, "a", 4, 1L << 30, 1, List.of(), "avx2")).isNotEqualTo(file);
        assertThat(file(folder, "a", 4, 1L << 30, 17, List.of(), "avx")).isNotEqualTo(file);
        assertThat(file(folder, "a", 4, 1L << 30, 17, List.of("-XX:UseAVX=2"), "avx2"))
                .isNotEqualTo(file);
        assertThat(file(folder, "a", 4, 1L << 30, 17, List.of("OPENBLAS_CORETYPE=Haswell"), "avx2"))
                .isNotEqualTo(file);
    }

    private static Path file(
            Path folder, String cpu, int cores, long memory, int model, List<String> forced, String flags) {
        MachineInfo machine = new MachineInfo(
                cpu, List.of(flags), cores, 2, memory, "Linux", new CpuIdentity("AuthenticAMD", 25, model, 1), forced);
        return calibrator(machine, folder, 0).file();
    }

    @Test
    void whereNothingIsMeasuredATableDecidesByVendorAndInstructions() {
        assertThat(ProcessorTable.of(machine("Intel(R) Xeon(R)", "avx2"), true).blas())
                .isEqualTo("mkl");
        assertThat(ProcessorTable.of(OLD_AMD, true)).isEqualTo(new ProcessorTable("mkl", "AMD's processors with AVX2"));
        assertThat(ProcessorTable.of(OLD_AMD, false))
                .isEqualTo(new ProcessorTable("openblas", "AMD's processors with AVX2, without MKL's libraries"));
        assertThat(ProcessorTable.of(machine("AMD EPYC 9575F", "avx2", "avx512f"), true)
                        .processors())
                .isEqualTo("AMD's processors with AVX-512");
        assertThat(ProcessorTable.of(machine("AMD Opteron"), true).blas()).isEqualTo("openblas");
        assertThat(ProcessorTable.of(machine("Neoverse-V1", "asimd"), true).blas())
                .isEqualTo("openblas");
    }

    @Test
    void inTestsAMeasurementIsRefusedWithTheSettingsToPass() {
        assertThat(CalibrationPolicy.ofThisProcess()).isEqualTo(CalibrationPolicy.REFUSE);
        EngineRequest open = new EngineRequest("auto", "auto", "openblas", "2", "auto");
        assertThatThrownBy(() -> Resolver.resolve(open, null, true, Progress.SILENT))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContaining(
                        "the machine would be measured here (engine: blas openblas, threads 2, precision auto)")
                .hasMessageContaining("pass engine.blas, engine.threads and engine.precision");
        EngineRequest given = new EngineRequest("auto", "fp32", "openblas", "2", "auto");
        assertThat(Resolver.resolve(given, null, true, Progress.SILENT).threads())
                .isEqualTo(2);
    }

    @Test
    void toldNeverToMeasureATableDecidesAndSaysSo() {
        List<String> said = new ArrayList<>();
        String before = System.getProperty(CalibrationPolicy.PROPERTY, "");
        System.setProperty(CalibrationPolicy.PROPERTY, "never");
        try {
            EngineChoice choice = Resolver.resolve(EngineRequest.DEFAULT, null, true, new Notes(said));
            ProcessorTable table = ProcessorTable.of(MachineInfo.detect(), Natives.has("mkl"));
            assertThat(choice.blas()).isEqualTo(table.blas());
            assertThat(choice.precision()).isEqualTo("fp32");
            assertThat(said)
                    .singleElement()
                    .asString()
                    .startsWith("engine: " + table.blas() + ", fp32, ")
                    .endsWith("chosen without measuring, as is usual for " + table.processors()
                            + ": MOJAVE_CALIBRATION is 'never'; mojave doctor measures");
        } finally {
            System.setProperty(CalibrationPolicy.PROPERTY, before);
        }
        assertThatThrownBy(() -> CalibrationPolicy.of("MOJAVE_CALIBRATION", "nevr"))
                .hasMessage("MOJAVE_CALIBRATION: 'nevr' is not one of auto, never, refuse; did you mean 'never'?");
    }

    /** Progress that records its messages. */
    private record Notes(List<String> said) implements Progress {
        @Override
        public void start(String title, long total, String unit) {}

        @Override
        public void update(long done, String detail) {}

        @Override
        public void finish(String summary) {}

        @Override
        public void say(String line) {
            said.add(line);
        }
    }

    @Test
    @Tag("slow")
    void aRealMeasurementIsCachedAndTakesSeconds(@TempDir Path folder) {
        MachineInfo machine = MachineInfo.detect();
        Calibrator calibrator = new Calibrator(machine, folder, new CalibrationProcess());
        long start = System.nanoTime();
        Calibrator.Measured measured = calibrator.measured(Progress.SILENT);
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(10);
        assertThat(calibrator.cached().isPresent()).isEqualTo(!measured.disturbed());
        assertThat(measured.failures()).isEmpty();
        assertThat(measured.answer()
                        .of("openblas")
                        .flatMap(f -> f.rate(Kind.FP32_PRODUCT))
                        .orElseThrow()
                        .rate())
                .isGreaterThan(1);
    }

    @Test
    @Tag("slow")
    void doctorReportsFiguresAndKeys() {
        DoctorReport report = Doctor.examine(Progress.SILENT);
        assertThat(report.matmulFp32Gflops()).isGreaterThan(1);
        assertThat(report.copyGbPerSecond()).isGreaterThan(0.1);
        assertThat(Json.tree(Json.line(report)).propertyNames())
                .contains(
                        "cpu",
                        "processor",
                        "cores",
                        "jdk",
                        "blas",
                        "precision",
                        "chosen_by",
                        "matmul_fp32_gflops",
                        "matmul_bf16_gflops",
                        "copy_gb_per_second",
                        "abandoned",
                        "problems");
    }
}
