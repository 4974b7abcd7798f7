package dev.mojave.tensor.engine.choice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.Resolver;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineRequestTest {
    @Test
    void unknownValueNamesTheKeyTheChoicesAndTheNearest() {
        assertThatThrownBy(() -> new EngineRequest("auto", "auto", "openblass", "auto", "auto"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("engine.blas: 'openblass' is not one of auto, mkl, openblas; did you mean 'openblas'?");
        assertThatThrownBy(() -> new EngineRequest("auto", "bf16", "auto", "auto", "auto"))
                .hasMessage("engine.precision: 'bf16' is not one of auto, fp32, bf16-mixed");
        assertThatThrownBy(() -> new EngineRequest("gpu", "auto", "auto", "auto", "auto"))
                .hasMessageStartingWith("engine.device: 'gpu' is not one of auto, cpu");
        assertThatThrownBy(() -> new EngineRequest("auto", "auto", "auto", "auto", "fuse"))
                .hasMessage("engine.kernels: 'fuse' is not one of auto, fused, plain; did you mean 'fused'?");
    }

    @Test
    void aGpuUsesReferenceKernelsAndIsNeverChosenByDefault() {
        EngineChoice gpu = Resolver.resolve(
                new EngineRequest("cuda", "auto", "auto", "auto", "auto"), null, false, Progress.SILENT);
        assertThat(gpu.device()).isEqualTo("cuda");
        assertThat(gpu.kernels()).isEqualTo("plain");
        assertThat(gpu.precision()).isEqualTo("fp32");
        assertThat(Resolver.resolve(EngineRequest.DEFAULT, null, false, Progress.SILENT)
                        .device())
                .isEqualTo("cpu");
    }

    @Test
    void theDeviceOfARunningEngineStays() {
        Engine.load();
        assertThatThrownBy(() ->
                        Engine.configure(new EngineRequest("cuda", "auto", "auto", "auto", "auto"), Progress.SILENT))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContaining("engine.device: cuda")
                .hasMessageContaining("already made tensors on cpu");
    }

    @Test
    void threadsAreAutoOrACount() {
        assertThat(new EngineRequest("auto", "auto", "auto", "12", "auto").threads())
                .isEqualTo("12");
        for (String wrong : new String[] {"0", "-1", "two", "4097", "", "1.5", "99999999999"}) {
            assertThatThrownBy(() -> new EngineRequest("auto", "auto", "auto", wrong, "auto"))
                    .hasMessage("engine.threads: '" + wrong
                            + "' is not a number of threads; write auto or a whole number from 1 to 4096");
        }
    }

    @Test
    void aChoiceSurvivesProvenance() {
        EngineChoice choice = new EngineChoice("cpu", "fp32", "mkl", 2, "fused", "tuned");
        assertThat(EngineChoice.of(choice.asMap())).isEqualTo(choice);
        assertThat(choice.asMap().keySet())
                .containsExactly("device", "precision", "blas", "threads", "kernels", "malloc");
        Map<String, String> lacking = new LinkedHashMap<>(choice.asMap());
        lacking.remove("blas");
        assertThatThrownBy(() -> EngineChoice.of(lacking)).hasMessage("the engine's choice has no 'blas'");
        Map<String, String> open = new LinkedHashMap<>(choice.asMap());
        open.put("threads", "auto");
        assertThatThrownBy(() -> EngineChoice.of(open)).hasMessageContaining("must be a number");
    }
}
