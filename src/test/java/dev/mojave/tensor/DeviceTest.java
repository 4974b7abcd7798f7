package dev.mojave.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
    @Test
    void aProcessUsesTheGpuOfItsLocalRank() {
        assertThat(Device.gpu(Map.of("LOCAL_RANK", "3"), 4)).isEqualTo(new Device(Device.Kind.CUDA, 3));
        assertThat(Device.gpu(Map.of(), 4)).isEqualTo(new Device(Device.Kind.CUDA, 0));
    }

    @Test
    void aRankWithoutAGpuSaysHowManyThereAre() {
        assertThatThrownBy(() -> Device.gpu(Map.of("LOCAL_RANK", "2"), 2))
                .isInstanceOf(Failure.class)
                .hasMessage("LOCAL_RANK: 2 needs 3 GPUs, but this process sees 2; start at most one process per GPU");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "one", "1.0", "99999999999"})
    void anInvalidProcessNumberIsRefused(String rank) {
        assertThatThrownBy(() -> Device.gpu(Map.of("LOCAL_RANK", rank), 2))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("LOCAL_RANK: '" + rank + "' is not a process number");
    }
}
