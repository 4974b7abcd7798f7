package dev.mojave.tensor.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineInfoTest {
    @Test
    void hardwareThreadsOfOneCoreCountOnce() {
        List<String> two = List.of(
                "processor\t: 0",
                "physical id\t: 0",
                "core id\t: 0",
                "processor\t: 1",
                "physical id\t: 0",
                "core id\t: 0",
                "processor\t: 2",
                "physical id\t: 0",
                "core id\t: 1",
                "processor\t: 3",
                "physical id\t: 1",
                "core id\t: 1");
        assertThat(MachineInfo.countPhysicalCores(two, 8)).isEqualTo(3);
        assertThat(MachineInfo.countPhysicalCores(List.of("processor : 0", "BogoMIPS : 50"), 8))
                .isEqualTo(8);
    }

    @Test
    void thisMachineIsDescribed() {
        MachineInfo machine = MachineInfo.detect();
        assertThat(machine.cpu()).isNotBlank();
        assertThat(machine.cores()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(machine.physicalCores()).isBetween(1, machine.cores());
        assertThat(machine.memoryBytes()).isGreaterThan(100_000_000L);
    }

    @Test
    void memoryFiguresFollowAnAllocation() {
        long before = ProcessMemory.residentBytes();
        boolean reset = ProcessMemory.resetPeak();
        byte[] block = new byte[200_000_000];
        java.util.Arrays.fill(block, (byte) 1);
        assertThat(block[199_999_999]).isEqualTo((byte) 1);
        assertThat(before).isGreaterThan(10_000_000L);
        assertThat(ProcessMemory.peakBytes()).isGreaterThanOrEqualTo(before);
        assertThat(ProcessMemory.residentBytes()).isLessThanOrEqualTo(ProcessMemory.peakBytes() + 50_000_000L);
        assertThat(reset).isTrue();
    }

    @Test
    void freedMemoryIsGivenBack() {
        try (Scope _ = Scope.open()) {
            long during;
            try (Scope _ = Scope.open()) {
                Tensors.ones(DType.FLOAT32, 60_000_000);
                during = ProcessMemory.residentBytes();
            }
            ProcessMemory.giveBackFreed();
            assertThat(ProcessMemory.residentBytes()).isLessThan(during - 200_000_000L);
            assertThat(ProcessMemory.availableBytes()).isPositive();
        }
    }
}
