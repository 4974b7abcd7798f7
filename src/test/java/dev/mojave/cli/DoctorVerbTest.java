package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.result.DoctorReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DoctorVerbTest {
    private static DoctorReport report(DoctorReport.Problem... problems) {
        return new DoctorReport(
                "Some CPU",
                4,
                2,
                8_000_000_000L,
                "Linux 6 amd64",
                "25.0.3",
                Map.of("libtorch", "2.10.0"),
                "mkl",
                "fp32",
                2,
                "fused",
                "tuned",
                330.4,
                55.0,
                11.26,
                List.of(new DoctorReport.Library("mkl", 2, 330.4, 250.0, 84.0, 55.0)),
                List.of(problems));
    }

    @Test
    void theReportFitsAScreen() {
        assertThat(DoctorVerb.text(report())).isEqualTo("""
                processor  Some CPU, 4 cores (2 physical)
                memory     8.00 GB
                system     Linux 6 amd64, Java 25.0.3
                libraries  libtorch 2.10.0
                auto means mkl, fp32, 2 threads, fused kernels, malloc tuned
                ceilings   330 GFLOP/s fp32, 55 GFLOP/s bf16, copy 11.3 GB/s

                GFLOP/s  threads  matmul fp32  linear fp32  attention fp32  matmul bf16
                mkl            2          330          250              84           55

                no problems found""");
    }

    @Test
    void everyProblemHasItsRemedy() {
        assertThat(DoctorVerb.text(report(new DoctorReport.Problem("one core", "get two"))))
                .endsWith("\nproblems\n  one core\n    -> get two");
    }
}
