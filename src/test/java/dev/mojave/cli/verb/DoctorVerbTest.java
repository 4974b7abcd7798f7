package dev.mojave.cli.verb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.result.DoctorReport;
import dev.mojave.result.Provenance;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DoctorVerbTest {
    private static final Provenance.Processor PROCESSOR =
            new Provenance.Processor("AuthenticAMD", 25, 17, 1, List.of("avx2", "fma", "avx512f"), List.of());

    private static DoctorReport report(DoctorReport.Problem... problems) {
        return report(55.0, List.of(), PROCESSOR, problems);
    }

    private static DoctorReport report(
            @Nullable Double narrow,
            List<String> abandoned,
            Provenance.Processor processor,
            DoctorReport.Problem... problems) {
        return new DoctorReport(
                "Some CPU",
                processor,
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
                "as measured",
                330.4,
                narrow,
                11.26,
                "2048 cubed",
                narrow == null ? null : "512 cubed",
                List.of(new DoctorReport.Library("mkl", 2, 330.4, 250.0, 84.0, narrow)),
                abandoned,
                List.of(problems));
    }

    @Test
    void theReportFitsAScreen() {
        assertThat(DoctorVerb.text(report())).isEqualTo("""
                processor  Some CPU, 4 cores (2 physical)
                           AuthenticAMD family 25 model 17 stepping 1; avx2 fma avx512f
                memory     8.00 GB
                system     Linux 6 amd64, Java 25.0.3
                libraries  libtorch 2.10.0
                auto means mkl, fp32, 2 threads, fused kernels, malloc tuned (as measured)
                ceilings   330 GFLOP/s fp32 (2048 cubed), 55 GFLOP/s bf16 (512 cubed), copy 11.3 GB/s

                GFLOP/s  threads  matmul fp32  linear fp32  attention fp32  matmul bf16
                mkl            2          330          250              84           55

                no problems found""");
    }

    @Test
    void abandonedMeasurementsAreListedAndAreNotProblems() {
        Provenance.Processor emulated = new Provenance.Processor(
                "AuthenticAMD",
                25,
                17,
                1,
                List.of("avx2"),
                List.of("ATEN_CPU_CAPABILITY=avx2", "OPENBLAS_CORETYPE=Haswell"));
        String reason = "mkl, 2 threads, bfloat16 products: abandoned, 256 cubed took 1.2s";
        assertThat(DoctorVerb.text(report(null, List.of(reason), emulated))).isEqualTo("""
                processor  Some CPU, 4 cores (2 physical)
                           AuthenticAMD family 25 model 17 stepping 1; avx2; emulated: ATEN_CPU_CAPABILITY=avx2; forced kernel: OPENBLAS_CORETYPE=Haswell
                memory     8.00 GB
                system     Linux 6 amd64, Java 25.0.3
                libraries  libtorch 2.10.0
                auto means mkl, fp32, 2 threads, fused kernels, malloc tuned (as measured)
                ceilings   330 GFLOP/s fp32 (2048 cubed), copy 11.3 GB/s

                GFLOP/s  threads  matmul fp32  linear fp32  attention fp32  matmul bf16
                mkl            2          330          250              84            -

                abandoned measurements
                  mkl, 2 threads, bfloat16 products: abandoned, 256 cubed took 1.2s

                no problems found""");
        assertThat(Json.tree(Json.line(report(null, List.of(reason), emulated)))
                        .path("matmul_bf16_gflops")
                        .isNull())
                .isTrue();
    }

    @Test
    void everyProblemHasItsRemedy() {
        assertThat(DoctorVerb.text(report(new DoctorReport.Problem("one core", "get two"))))
                .endsWith("\nproblems\n  one core\n    -> get two");
    }
}
