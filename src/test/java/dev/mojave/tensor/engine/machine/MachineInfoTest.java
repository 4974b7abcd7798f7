package dev.mojave.tensor.engine.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.engine.natives.ProcessMemory;
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
    void processorsOfOneNameAreToldApart() {
        List<String> milan = List.of(
                "vendor_id\t: AuthenticAMD",
                "cpu family\t: 25",
                "model\t\t: 1",
                "model name\t: AMD EPYC",
                "stepping\t: 1");
        List<String> genoa = milan.stream()
                .map(line -> line.equals("model\t\t: 1") ? "model\t\t: 17" : line)
                .toList();
        assertThat(CpuIdentity.of(milan, "AMD EPYC")).isEqualTo(new CpuIdentity("AuthenticAMD", 25, 1, 1));
        assertThat(CpuIdentity.of(genoa, "AMD EPYC")).isEqualTo(new CpuIdentity("AuthenticAMD", 25, 17, 1));
        assertThat(CpuIdentity.of(
                        List.of(
                                "CPU implementer : 0x41",
                                "CPU architecture: 8",
                                "CPU part : 0xd40",
                                "CPU revision : 1"),
                        "aarch64 processor"))
                .isEqualTo(new CpuIdentity("ARM implementer 0x41", 8, 0xd40, 1));
        assertThat(CpuIdentity.of(List.of(), "Intel64 Family 6 Model 142 Stepping 10, GenuineIntel"))
                .isEqualTo(new CpuIdentity("GenuineIntel", 6, 142, 10));
        assertThat(CpuIdentity.of(List.of(), "Apple M2")).isEqualTo(new CpuIdentity("Apple", null, null, null));
        assertThat(CpuIdentity.of(List.of(), "unknown")).isEqualTo(new CpuIdentity("", null, null, null));
    }

    @Test
    void aRecordNamesKindAndInstructionSets() {
        MachineInfo machine = new MachineInfo(
                "AMD EPYC",
                List.of("aes", "avx2", "avx512_bf16", "avx512f", "fma"),
                2,
                2,
                1,
                "Linux",
                new CpuIdentity("AuthenticAMD", 25, 17, 1),
                List.of());
        assertThat(machine.described().processorInWords())
                .isEqualTo("AMD EPYC (AuthenticAMD family 25 model 17 stepping 1; avx2 fma avx512f avx512_bf16)");
        assertThat(machine.described().kindInWords())
                .isEqualTo("AMD EPYC (AuthenticAMD family 25 model 17 stepping 1)");
        assertThat(machine.multipliesNarrow()).isTrue();
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
