package dev.mojave.tensor.kernels.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Progress;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {
    @Test
    void everyIndexRunsOnce() {
        for (String threads : new String[] {"1", "2", "5"}) {
            Engine.configure(new EngineRequest("auto", "auto", "auto", threads, "auto"), Progress.SILENT);
            for (int count : new int[] {0, 1, 2, 3, 64, 1000}) {
                for (int repeat = 0; repeat < 50; repeat++) {
                    AtomicIntegerArray seen = new AtomicIntegerArray(count);
                    Workers.forEach(count, seen::incrementAndGet);
                    for (int i = 0; i < count; i++) {
                        assertThat(seen.get(i)).isEqualTo(1);
                    }
                }
            }
        }
    }

    @Test
    void rangesCoverEverythingOnce() {
        AtomicLong sum = new AtomicLong();
        Workers.forRanges(1001, 100, (from, to) -> {
            for (long i = from; i < to; i++) {
                sum.addAndGet(i);
            }
        });
        assertThat(sum.get()).isEqualTo(1001L * 1000 / 2);
    }

    @Test
    void anExceptionReachesTheCallerAndThePoolLivesOn() {
        for (int failing : new int[] {0, 99}) {
            assertThatThrownBy(() -> Workers.forEach(100, i -> {
                        if (i == failing) {
                            throw new IllegalStateException("index " + i);
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("index " + failing);
        }
        AtomicLong runs = new AtomicLong();
        Workers.forEach(100, _ -> runs.incrementAndGet());
        assertThat(runs.get()).isEqualTo(100);
    }

    @Test
    void loopsInsideLoopsAndFromSeveralThreadsFinish() throws InterruptedException {
        AtomicLong runs = new AtomicLong();
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] = Thread.ofPlatform().start(() -> {
                for (int repeat = 0; repeat < 100; repeat++) {
                    Workers.forEach(10, _ -> Workers.forEach(10, _ -> runs.incrementAndGet()));
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(runs.get()).isEqualTo(4L * 100 * 100);
    }
}
