package dev.mojave.tensor.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class EngineTest {
    @Test
    void loadingTwiceKeepsTheFirstChoice() {
        Engine.load();
        EngineChoice first = Engine.current();
        Engine.load();
        assertThat(Engine.current()).isEqualTo(first);
        assertThat(torch.get_num_threads()).isEqualTo(first.threads());
    }

    @Test
    void anotherBlasInTheSameProcessIsRefusedWithTheReason() {
        String loaded = Engine.current().blas();
        String other = loaded.equals("mkl") ? "openblas" : "mkl";
        EngineRequest request = new EngineRequest("auto", "auto", other, "auto", "auto");
        assertThatThrownBy(() -> Engine.configure(request, Progress.SILENT))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContaining("engine.blas: " + other)
                .hasMessageContaining("already loaded " + loaded);
        assertThat(Engine.current().blas()).isEqualTo(loaded);
    }

    @Test
    void aChoiceThatCannotBeHonouredSaysHowToOverride() {
        EngineChoice now = Engine.current();
        assertThat(Engine.pin(now)).isEqualTo(now);
        EngineChoice other = new EngineChoice(
                "cpu", "fp32", now.blas().equals("mkl") ? "openblas" : "mkl", now.threads(), now.kernels(), "system");
        assertThatThrownBy(() -> Engine.pin(other))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.ENVIRONMENT))
                .hasMessageContaining("--set engine.blas=auto");
    }

    @Test
    void threadsMayChangeLater() {
        EngineChoice before = Engine.current();
        try {
            EngineRequest one = new EngineRequest("auto", "auto", "auto", "1", "auto");
            assertThat(Engine.configure(one, Progress.SILENT).threads()).isEqualTo(1);
            assertThat(torch.get_num_threads()).isEqualTo(1);
        } finally {
            Engine.pin(before);
        }
        assertThat(torch.get_num_threads()).isEqualTo(before.threads());
    }
}
