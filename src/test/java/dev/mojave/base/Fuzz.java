package dev.mojave.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Runs the rounds of a fuzz test. A round may succeed or end in a {@link Failure}, nothing else. Each has a seed of its own, one more than
 * the round before: the default tests begin at 1, so that they are the same every time, the slow ones anywhere. {@code -Dmojave.fuzz.seed}
 * says where to begin, so the seed of a round that went wrong repeats it at once, and {@code -Dmojave.fuzz.seconds} how long the slow tests
 * take.
 */
public final class Fuzz {
    private Fuzz() {}

    /** One round. */
    public interface Round {
        void run(Random random) throws IOException;
    }

    /** Runs so many. */
    public static void rounds(int rounds, Round round) throws IOException {
        run(rounds, Long.MAX_VALUE, 1, round);
    }

    /** Runs for minutes. */
    public static void minutes(Round round) throws IOException {
        long seconds = Long.getLong("mojave.fuzz.seconds", 300L);
        run(Integer.MAX_VALUE, System.nanoTime() + seconds * 1_000_000_000L, System.nanoTime(), round);
    }

    private static void run(int rounds, long deadline, long start, Round round) throws IOException {
        long seed = Long.getLong("mojave.fuzz.seed", start);
        // Before the first round: if the JVM crashes, nothing else is left of it.
        System.out.println("fuzz: from -Dmojave.fuzz.seed=" + seed);
        int refused = 0;
        int done = 0;
        for (; done < rounds && System.nanoTime() < deadline; done++) {
            long own = seed + done;
            try {
                round.run(new Random(new SplittableRandom(own).nextLong()));
            } catch (Failure e) {
                refused++;
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException | Error e) {
                throw new AssertionError("round " + done + "; it comes again with -Dmojave.fuzz.seed=" + own, e);
            }
        }
        System.out.println("fuzz: " + done + " rounds, " + refused + " refused");
        assertThat(refused).as("refused of %d rounds", done).isBetween(done / 10, done - done / 100);
    }
}
