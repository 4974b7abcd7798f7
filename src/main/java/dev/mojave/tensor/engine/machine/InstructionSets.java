package dev.mojave.tensor.engine.machine;

import java.util.List;
import java.util.Set;

/** Instruction sets by their names in Linux's /proc/cpuinfo. */
final class InstructionSets {
    /** The instruction sets on which kernels and BLAS libraries base their choices, from old to new, x86 first. */
    private static final List<String> THAT_MATTER = List.of(
            "sse4_2",
            "avx",
            "avx2",
            "fma",
            "f16c",
            "avx_vnni",
            "avx512f",
            "avx512bw",
            "avx512vl",
            "avx512_vnni",
            "avx512_bf16",
            "avx512_fp16",
            "amx_tile",
            "amx_bf16",
            "amx_int8",
            "amx_fp16",
            "asimd",
            "asimdhp",
            "asimddp",
            "bf16",
            "i8mm",
            "sve",
            "sve2",
            "svebf16");

    private static final Set<String> AVX2 = Set.of("avx2", "fma", "f16c", "bmi1", "bmi2");

    private InstructionSets() {}

    /** The instruction sets of an emulated processor, in ascending order. */
    enum Level {
        /** No AVX. */
        SSE,
        /** AVX, 256 bits in float32. */
        AVX,
        /** AVX2 and FMA. */
        AVX2,
        /** 512 bits, without bfloat16 or float16 instructions. */
        AVX512,
        /** 512 bits and bfloat16, without tiles. */
        AVX512_BF16,
        /** Everything. */
        ALL;

        boolean allows(String flag) {
            if (flag.startsWith("amx")) {
                return this == ALL;
            }
            if (flag.equals("avx512_bf16") || flag.equals("avx512_fp16")) {
                return compareTo(AVX512_BF16) >= 0;
            }
            if (flag.startsWith("avx512")) {
                return compareTo(AVX512) >= 0;
            }
            if (InstructionSets.AVX2.contains(flag) || flag.startsWith("avx_")) {
                return compareTo(AVX2) >= 0;
            }
            return !flag.equals("avx") || compareTo(AVX) >= 0;
        }
    }

    /** Returns the flags of a processor that affect these choices. */
    static List<String> of(List<String> flags) {
        return THAT_MATTER.stream().filter(flags::contains).toList();
    }
}
