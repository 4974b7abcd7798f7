package dev.mojave.tensor.kernels.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.engine.machine.MachineInfo;
import dev.mojave.tensor.kernels.ReferenceChecks;
import dev.mojave.tensor.kernels.vector.VectorBfloat16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests rounding to bfloat16 bit for bit, products of rounded factors, and the choice of how to multiply them. */
class Bfloat16Test {
    private static final int HALVES = 1 << 16;
    private static final int SIGN = 0x8000;
    private static final int INFINITE = 0x7f80;

    /** Every upper half of a float32, with lower halves around every rounding decision: ties, subnormal numbers, infinities, NaN. */
    @Test
    void narrowingIsBitForBitToNearestEven() {
        int[] lower = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};
        float[] values = new float[HALVES * lower.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(((i / lower.length) << 16) | lower[i % lower.length]);
        }
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.of(values, values.length);
            short[] theirs = halves(x.to(DType.BFLOAT16).segment());
            MemorySegment to = Tensors.zeros(DType.INT16, values.length).segment();
            VectorBfloat16.narrow(x.segment(), 0, to, 0, values.length);
            short[] ours = halves(to);
            Tensor rounded = x.copy();
            VectorBfloat16.round(rounded.segment(), 0, rounded.segment(), 0, values.length);
            float[] floats = rounded.toFloats();
            Tensor widened = Tensors.zeros(DType.FLOAT32, values.length);
            VectorBfloat16.widen(to, 0, widened.segment(), 0, values.length);
            VectorBfloat16.narrow(x.segment(), 0, x.segment(), 0, values.length);
            short[] inPlace = Arrays.copyOf(halves(x.segment()), values.length);
            assertThat(inPlace).isEqualTo(ours);
            for (int i = 0; i < values.length; i++) {
                int bits = Float.floatToRawIntBits(values[i]);
                int expected = Float.isNaN(values[i]) ? (bits >>> 16) | 0x40 : nearest(values[i]);
                if ((ours[i] & 0xffff) != expected || (theirs[i] != ours[i] && !Float.isNaN(values[i]))) {
                    throw new AssertionError(Integer.toHexString(bits) + " became " + Integer.toHexString(ours[i]));
                }
                assertThat(Float.floatToRawIntBits(floats[i])).isEqualTo(expected << 16);
            }
            assertThat(widened.toFloats()).isEqualTo(floats);
        }
    }

    /** Returns the nearest bfloat16 by exact arithmetic in float64; beyond the largest one, the next power of 2 represents infinity. */
    private static int nearest(float value) {
        int low = Float.floatToRawIntBits(value) >>> 16;
        if (Float.isInfinite(value)) {
            return low;
        }
        double exact = Math.abs((double) value);
        double below = exact - magnitude(low);
        double above = magnitude(low + 1) - exact;
        boolean up = above < below || (above == below && low % 2 == 1);
        return up ? low + 1 : low;
    }

    private static double magnitude(int half) {
        return (half & ~SIGN) == INFINITE ? 0x1p128 : Math.abs((double) Float.intBitsToFloat(half << 16));
    }

    private static short[] halves(MemorySegment memory) {
        return memory.toArray(ValueLayout.JAVA_SHORT_UNALIGNED);
    }

    /** Elements before and after a range do not change, whatever its length. */
    @Test
    void narrowingKeepsToItsRange() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.normal(Rng.seeded(3), 0, 1, 80);
            for (int length = 0; length < 50; length++) {
                Tensor to = Tensors.zeros(DType.INT16, 80);
                VectorBfloat16.narrow(x.segment(), 7, to.segment(), 11, length);
                short[] halves = halves(to.segment());
                Tensor back = Tensors.zeros(DType.FLOAT32, 80);
                VectorBfloat16.widen(to.segment(), 11, back.segment(), 5, length);
                float[] values = x.toFloats();
                float[] floats = back.toFloats();
                for (int i = 0; i < 80; i++) {
                    int half = i >= 11 && i < 11 + length ? nearest(values[i - 4]) : 0;
                    assertThat(halves[i] & 0xffff).isEqualTo(half);
                    int widened = i >= 5 && i < 5 + length ? nearest(values[i + 2]) : 0;
                    assertThat(Float.floatToRawIntBits(floats[i])).isEqualTo(widened << 16);
                }
            }
        }
    }

    /**
     * Compares with float64 sums of the rounded factors. The product of two of them is exact in float32, so only the k sums round, each by
     * at most 2^-23 of its value, however the library groups them.
     */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void productsAreThoseOfTheirFactors(Precision precision) {
        ReferenceChecks.assumeMultiplies(precision);
        int[][] sizes = {{1, 1, 1}, {3, 5, 7}, {64, 17, 33}, {33, 130, 257}, {7, 64, 600}};
        for (int[] size : sizes) {
            for (float beta : new float[] {0, 1}) {
                for (String form : List.of("NT", "NN", "TN")) {
                    product(precision, size[0], size[1], size[2], beta, form);
                }
            }
        }
    }

    private static void product(Precision precision, int m, int n, int k, float beta, String form) {
        boolean tall = form.equals("TN");
        boolean flat = form.equals("NT");
        try (Scope _ = Scope.open()) {
            Rng rng = Rng.seeded(m + 31L * n + 1009L * k);
            // Wider than the product: rows are parts of longer rows.
            Tensor a = Tensors.normal(rng, 0, 1, tall ? k : m, (tall ? m : k) + 3);
            Tensor b = Tensors.normal(rng, 0, 1, flat ? n : k, (flat ? k : n) + 2);
            Tensor c = Tensors.normal(rng, 0, 1, m, n);
            float[] before = c.toFloats();
            float[] as = narrowed(precision, a);
            float[] bs = narrowed(precision, b);
            Matrix left = precision.of(replaced(precision, a)).fromColumn(3);
            Matrix right = precision
                    .factors(Matrix.of(b), 0, (int) b.size(0), (int) b.size(1))
                    .fromColumn(2);
            Matrix to = Matrix.of(c);
            Blas.forEach(1, _ -> {
                switch (form) {
                    case "NT" -> Blas.multiplyTransposed(m, n, k, left, right, beta, to);
                    case "NN" -> Blas.multiply(m, n, k, left, right, beta, to);
                    default -> Blas.transposedMultiply(m, n, k, left, right, beta, to);
                }
            });
            float[] after = c.toFloats();
            int aWidth = (int) a.size(1);
            int bWidth = (int) b.size(1);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = beta * before[i * n + j];
                    double sizes = Math.abs(sum);
                    for (int l = 0; l < k; l++) {
                        double product = (double) (tall ? as[l * aWidth + i + 3] : as[i * aWidth + l + 3])
                                * (flat ? bs[j * bWidth + l + 2] : bs[l * bWidth + j + 2]);
                        sum += product;
                        sizes += Math.abs(product);
                    }
                    assertThat(Math.abs(after[i * n + j] - sum))
                            .as("%s %s %d %d %d", precision, form, m, n, k)
                            .isLessThanOrEqualTo((k + 1) * 0x1p-23 * sizes);
                }
            }
        }
    }

    private static Matrix replaced(Precision precision, Tensor x) {
        Matrix values = Matrix.of(x);
        precision.replace(values, (int) x.size(0), (int) x.size(1));
        return values;
    }

    private static float[] narrowed(Precision precision, Tensor x) {
        return precision == Precision.FULL
                ? x.toFloats()
                : x.to(DType.BFLOAT16).to(DType.FLOAT32).toFloats();
    }

    @Test
    void aProductOfTwoTypesIsRefused() {
        try (Scope _ = Scope.open()) {
            Matrix wide = Matrix.of(Tensors.ones(DType.FLOAT32, 2, 2));
            Matrix narrow = Matrix.of(Tensors.ones(DType.BFLOAT16, 2, 2));
            assertThatThrownBy(() -> Blas.multiply(2, 2, 2, wide, narrow, 0, wide))
                    .hasMessage("a product of FLOAT32 and BFLOAT16 in FLOAT32");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Intel(R) Xeon(R), avx512f amx_bf16 avx512_bf16, true, NARROW",
        "Intel(R) Xeon(R), avx512f amx_bf16 avx512_bf16, false, twin",
        "Intel(R) Xeon(R), avx512f avx512_bf16, true, ROUNDED",
        "AMD EPYC 9575F, avx512f avx512_bf16, true, twin",
        "AMD EPYC 7543, avx2 fma, false, ROUNDED",
        "Neoverse-V1, asimd bf16, false, twin",
        "unknown, '', false, ROUNDED"
    })
    void theProcessorDecidesHowNarrowFactorsAreMultiplied(String cpu, String flags, boolean library, String how) {
        MachineInfo machine = new MachineInfo(cpu, List.of(flags.split(" ")), 2, 2, 1L << 30, "Linux");
        assertThat(Precision.mixed(machine, library).map(Enum::name).orElse("twin"))
                .isEqualTo(how);
    }
}
