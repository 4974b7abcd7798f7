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
        Calibrator calibrator = new Calibrator(MachineInfo.detect(), folder);
        assertThat(calibrator.cached()).isEmpty();
        Calibration answer = choose(figures("openblas", 2, 300, 1));
        Files.writeString(calibrator.file(), Json.pretty(answer));
        assertThat(calibrator.cached()).contains(answer);
        assertThat(calibrator.cachedOrMeasured(Progress.SILENT)).contains(answer);
        Files.writeString(calibrator.file(), "{\"cpu\": ");
        assertThat(calibrator.cached()).isEmpty();
    }

    @Test
    void anotherMachineIsAnotherQuestion(@TempDir Path folder) {
        MachineInfo machine = new MachineInfo("a", List.of("avx2"), 4, 2, 1_000_000_000L, "Linux");
        Path file = new Calibrator(machine, folder).file();
        MachineInfo moreCores = new MachineInfo("a", List.of("avx2"), 8, 2, 1_000_000_000L, "Linux");
        MachineInfo otherFlags = new MachineInfo("a", List.of("avx"), 4, 2, 1_000_000_000L, "Linux");
        MachineInfo moreMemory = new MachineInfo("a", List.of("avx2"), 4, 2, 2_000_000_000L, "Linux");
        assertThat(new Calibrator(moreCores, folder).file()).isNotEqualTo(file);
        assertThat(new Calibrator(otherFlags, folder).file()).isNotEqualTo(file);
        assertThat(new Calibrator(moreMemory, folder).file()).isEqualTo(file);
    }

    @Test
    @Tag("slow")
    void aRealMeasurementIsCached(@TempDir Path folder) throws Exception {
        Calibrator calibrator = new Calibrator(MachineInfo.detect(), folder);
        Optional<Calibration> first = calibrator.measured(true, Progress.SILENT);
        assertThat(first).isPresent();
        assertThat(calibrator.cached()).isEqualTo(first);
        assertThat(calibrator.cachedOrMeasured(Progress.SILENT)).isEqualTo(first);
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
