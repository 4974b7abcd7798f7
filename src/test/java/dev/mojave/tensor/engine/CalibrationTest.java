package dev.mojave.tensor.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Json;
import dev.mojave.base.Progress;
import dev.mojave.result.DoctorReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationTest {
    private static final String NOW = "2026-11-23T00:00:00Z";

    private static Calibration.Figures figures(String blas, int threads, double fp32, double bf16) {
        return new Calibration.Figures(blas, threads, fp32, fp32, fp32, fp32, bf16, bf16, 20);
    }

    private static Calibration choose(Calibration.Figures... figures) {
        return Calibration.choose("some processor", List.of(figures), List.of(), NOW)
                .orElseThrow();
    }

    @Test
    void theFasterLibraryWinsAndEqualOnesStayWithTheSmaller() {
        assertThat(choose(figures("openblas", 2, 200, 50), figures("mkl", 2, 300, 50))
                        .blas())
                .isEqualTo("mkl");
        assertThat(choose(figures("openblas", 2, 300, 50), figures("mkl", 2, 303, 50))
                        .blas())
                .isEqualTo("openblas");
        assertThat(choose(figures("mkl", 2, 300, 50)).blas()).isEqualTo("mkl");
        assertThat(Calibration.choose("some processor", List.of(), List.of("none ran"), NOW))
                .isEmpty();
    }

    @Test
    void bf16NeedsAThirdMoreAndThreadsFollowTheBestFigures() {
        assertThat(choose(figures("openblas", 2, 300, 389)).precision()).isEqualTo("fp32");
        assertThat(choose(figures("openblas", 2, 300, 391)).precision()).isEqualTo("bf16-mixed");
        assertThat(choose(figures("openblas", 4, 300, 1), figures("openblas", 8, 280, 1))
                        .threads())
                .isEqualTo(4);
        assertThat(choose(figures("openblas", 4, 300, 1), figures("openblas", 8, 280, 1))
                        .of("openblas")
                        .orElseThrow()
                        .threads())
                .isEqualTo(4);
    }

    @Test
    void aCachedAnswerIsReadAndADamagedOneIsIgnored(@TempDir Path folder) throws IOException {
        Calibrator calibrator = calibrator(MachineInfo.detect(), folder, 0);
        assertThat(calibrator.cached()).isEmpty();
        Calibration answer = choose(figures("openblas", 2, 300, 1));
        Files.writeString(calibrator.file(), Json.pretty(answer));
        assertThat(calibrator.cached()).contains(answer);
        assertThat(calibrator.cachedOrMeasured(Progress.SILENT)).contains(answer);
        Files.writeString(calibrator.file(), "{\"cpu\": ");
        assertThat(calibrator.cached()).isEmpty();
    }

    /** A measurer that sees 300 GFLOP/s from MKL and 200 from OpenBLAS, on every second turn half of it, while others work. */
    private static Calibrator calibrator(MachineInfo machine, Path folder, double others) {
        AtomicInteger turn = new AtomicInteger();
        return new Calibrator(machine, folder, library -> {
            double rate = (library.equals("mkl") ? 300 : 200) / (turn.getAndIncrement() < 2 ? 2.0 : 1.0);
            return new CalibrationSample(List.of(figures(library, 2, rate, 1)), others);
        });
    }

    @Test
    void theBestOfAllTurnsCountsAndIsKept(@TempDir Path folder) {
        Calibrator calibrator = calibrator(MachineInfo.detect(), folder, 0.1);
        Calibrator.Measured measured = calibrator.measured(Progress.SILENT);
        assertThat(measured.disturbed()).isFalse();
        assertThat(measured.answer().orElseThrow().figures())
                .extracting(Calibration.Figures::fp32Ceiling)
                .allMatch(rate -> rate >= 200);
        assertThat(calibrator.cached()).isEqualTo(measured.answer());
    }

    @Test
    void whatOthersDisturbedIsNeitherKeptNorTrusted(@TempDir Path folder) {
        Calibrator calibrator = calibrator(MachineInfo.detect(), folder, 0.6);
        Calibrator.Measured measured = calibrator.measured(Progress.SILENT);
        assertThat(measured.disturbed()).isTrue();
        assertThat(measured.answer()).isPresent();
        assertThat(calibrator.cached()).isEmpty();
        assertThat(calibrator.cachedOrMeasured(Progress.SILENT)).isEmpty();
    }

    @Test
    void eachRateIsTheBestThatAnyTurnSaw() {
        Calibration.Figures slow = new Calibration.Figures("mkl", 2, 1, 9, 1, 9, 1, 9, 1);
        Calibration.Figures fast = new Calibration.Figures("mkl", 2, 8, 2, 8, 2, 8, 2, 8);
        Calibration.Figures other = figures("mkl", 4, 5, 5);
        List<CalibrationSample> samples =
                List.of(new CalibrationSample(List.of(slow, other), 0.1), new CalibrationSample(List.of(fast), 0.3));
        assertThat(CalibrationSample.best(samples))
                .containsExactly(new Calibration.Figures("mkl", 2, 8, 9, 8, 9, 8, 9, 8), other);
        assertThat(CalibrationSample.most(samples)).isEqualTo(0.3);
        assertThat(CalibrationSample.disturbance(samples)).isEqualTo(0.1);
    }

    @Test
    void anotherMachineIsAnotherQuestion(@TempDir Path folder) {
        MachineInfo machine = new MachineInfo("a", List.of("avx2"), 4, 2, 1_000_000_000L, "Linux");
        Path file = calibrator(machine, folder, 0).file();
        MachineInfo moreCores = new MachineInfo("a", List.of("avx2"), 8, 2, 1_000_000_000L, "Linux");
        MachineInfo otherFlags = new MachineInfo("a", List.of("avx"), 4, 2, 1_000_000_000L, "Linux");
        MachineInfo moreMemory = new MachineInfo("a", List.of("avx2"), 4, 2, 2_000_000_000L, "Linux");
        assertThat(calibrator(moreCores, folder, 0).file()).isNotEqualTo(file);
        assertThat(calibrator(otherFlags, folder, 0).file()).isNotEqualTo(file);
        assertThat(calibrator(moreMemory, folder, 0).file()).isEqualTo(file);
    }

    @Test
    @Tag("slow")
    void aRealMeasurementIsCached(@TempDir Path folder) throws Exception {
        MachineInfo machine = MachineInfo.detect();
        Calibrator calibrator = new Calibrator(machine, folder, new CalibrationProcess(machine));
        Calibrator.Measured measured = calibrator.measured(Progress.SILENT);
        Optional<Calibration> first = measured.answer();
        assertThat(first).isPresent();
        assertThat(calibrator.cached()).isEqualTo(measured.disturbed() ? Optional.empty() : first);
        assertThat(first.orElseThrow().notes()).isEmpty();
        assertThat(first.orElseThrow().of("openblas").orElseThrow().fp32Ceiling())
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
                        "cores",
                        "jdk",
                        "blas",
                        "precision",
                        "matmul_fp32_gflops",
                        "matmul_bf16_gflops",
                        "copy_gb_per_second",
                        "problems");
    }
}
