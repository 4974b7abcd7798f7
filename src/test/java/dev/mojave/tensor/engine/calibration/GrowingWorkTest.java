package dev.mojave.tensor.engine.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrowingWorkTest {
    private static final long MILLISECOND = 1_000_000L;

    private long now;
    private final List<Integer> run = new ArrayList<>();
    private final List<Measurement> said = new ArrayList<>();

    /** Products on a simulated processor with a number of GFLOP/s, on which every size beyond {@code broken} fails. */
    private GrowingWork.Work products(double gflops, int broken) {
        return new GrowingWork.Work() {
            @Override
            public List<Integer> sizes() {
                return List.of(256, 512, 1024, 2048);
            }

            @Override
            public String label(int size) {
                return size + " cubed";
            }

            @Override
            public double amount(int size) {
                return 2.0 * size * size * size;
            }

            @Override
            public Runnable operation(int size) {
                return () -> {
                    if (size > broken) {
                        throw new IllegalStateException("no memory\nand more");
                    }
                    run.add(size);
                    now += (long) (amount(size) / gflops);
                };
            }
        };
    }

    private Measurement measure(double gflops, int broken, long budgetMillis) {
        return new GrowingWork(budgetMillis * MILLISECOND, 70 * MILLISECOND, () -> now, said::add)
                .measure(products(gflops, broken));
    }

    @Test
    void aFastProcessorReachesTheLargestSizeWithItsRate() {
        Measurement measured = measure(200, 2048, 600);
        Measurement.Point largest = measured.largest().orElseThrow();
        assertThat(largest.label()).isEqualTo("2048 cubed");
        assertThat(largest.rate()).isBetween(199.9, 200.1);
        assertThat(measured.points()).hasSize(4);
        assertThat(measured.reason()).isEmpty();
        assertThat(said).hasSize(4).last().isEqualTo(measured);
        assertThat(now).isLessThan(600 * MILLISECOND);
    }

    @Test
    void aSizeThatWouldNotFitTheBudgetIsNeverBegun() {
        // 512 cubed takes 134 ms at 2 GFLOP/s; 1024 cubed would take 1.07 s.
        Measurement measured = measure(2, 2048, 600);
        assertThat(measured.largest().orElseThrow().label()).isEqualTo("512 cubed");
        assertThat(measured.reason()).isEmpty();
        assertThat(run).doesNotContain(1024, 2048);
        assertThat(now).isLessThan(600 * MILLISECOND);
    }

    @Test
    void whereTheFirstSizeIsTooSlowThereIsNoRateButTheReason() {
        Measurement measured = measure(0.028, 2048, 400);
        assertThat(measured.points()).isEmpty();
        assertThat(measured.reason()).contains("abandoned, 256 cubed took 1.2s");
        assertThat(run).containsExactly(16, 256);
    }

    @Test
    void aFailureKeepsEarlierMeasurements() {
        Measurement measured = measure(200, 512, 600);
        assertThat(measured.largest().orElseThrow().size()).isEqualTo(512);
        assertThat(measured.reason()).contains("failed at 1024 cubed: no memory");
        Measurement nothing = measure(200, 8, 600);
        assertThat(nothing.points()).isEmpty();
        assertThat(nothing.reason()).contains("failed: no memory");
    }

    @Test
    void ratesAreComparedAtTheLargestSizeThatBothReached() {
        Measurement fast = measure(200, 2048, 600);
        now = 0;
        Measurement slow = measure(2, 2048, 600);
        assertThat(fast.over(slow).orElseThrow()).isBetween(99.0, 101.0);
        assertThat(slow.over(fast).orElseThrow()).isBetween(0.0099, 0.0101);
        assertThat(fast.over(Measurement.none("x"))).isEmpty();
        assertThat(slow.better(fast)).isEqualTo(fast);
        assertThat(Measurement.none("x").better(slow)).isEqualTo(slow);
    }
}
