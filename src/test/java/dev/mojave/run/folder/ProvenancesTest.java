package dev.mojave.run.folder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.result.Provenance;
import dev.mojave.result.study.StudyResult;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.machine.MachineInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvenancesTest {
    private static final Path RECORDED = Path.of("results", "2026-11-23-quickstart");

    @Test
    void recordsWithoutTheKindOfProcessorAreRead() {
        Provenance.Machine machine =
                Json.read(RECORDED.resolve("provenance.json"), Provenance.class).machine();
        assertThat(machine.processor()).isNull();
        assertThat(machine.processorInWords()).isEqualTo("Intel(R) Xeon(R) Processor");
        assertThat(machine.kindInWords()).isEqualTo("Intel(R) Xeon(R) Processor");
        StudyResult result = Json.read(RECORDED.resolve("results.json"), StudyResult.class);
        assertThat(result.provenance().machine()).isEqualTo(machine);
        assertThat(result.headline()).as("they have no headline either").isNull();
        assertThat(result.verdict()).startsWith("No difference shown between MoE and");
    }

    @Test
    void whatIsWrittenNamesTheKindOfProcessorAndIsReadBack(@TempDir Path folder) throws Exception {
        Provenance provenance = Provenances.of(new Provenances.Facts(
                "hash",
                "data",
                "sum",
                List.of(1L),
                new EngineChoice("cpu", "fp32", "openblas", 2, "fused", "tuned"),
                Map.of(),
                "a command"));
        assertThat(provenance.machine()).isEqualTo(MachineInfo.detect().described());
        Path file = Files.writeString(folder.resolve("provenance.json"), Json.pretty(provenance));
        assertThat(Json.read(file, Provenance.class)).isEqualTo(provenance);
        assertThat(Json.tree(Json.line(provenance))
                        .path("machine")
                        .path("processor")
                        .propertyNames())
                .containsExactly("vendor", "family", "model", "stepping", "instruction_sets", "emulated");
    }

    @Test
    void limitsAndForcedKernelsAreNamedApart() {
        Provenance.Machine machine = new Provenance.Machine(
                "AMD EPYC",
                2,
                1,
                "Linux",
                new Provenance.Processor(
                        "AuthenticAMD",
                        25,
                        1,
                        null,
                        List.of("avx2", "fma"),
                        List.of("ATEN_CPU_CAPABILITY=avx2", "OPENBLAS_CORETYPE=Zen", "-XX:UseAVX=2")));
        assertThat(machine.processorInWords())
                .isEqualTo("AMD EPYC (AuthenticAMD family 25 model 1; avx2 fma; emulated: ATEN_CPU_CAPABILITY=avx2,"
                        + " -XX:UseAVX=2; forced kernel: OPENBLAS_CORETYPE=Zen)");
        assertThat(machine.kindInWords())
                .isEqualTo("AMD EPYC (AuthenticAMD family 25 model 1); emulated: ATEN_CPU_CAPABILITY=avx2,"
                        + " -XX:UseAVX=2; forced kernel: OPENBLAS_CORETYPE=Zen");
    }
}
