package dev.mojave.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Runs the rounds of a fuzz test. A round must either succeed or end in a {@link Failure}. Each round has a seed of its own, one more than
 * that of the previous round: the default tests begin at 1, so that they are the same every time, and the slow ones at a random seed.
 * {@code -Dmojave.fuzz.seed} sets the first seed, so that a failed round can be repeated, and {@code -Dmojave.fuzz.seconds} the duration of
 * the slow tests.
 */
public final class Fuzz {
    private Fuzz() {}

    /** One round of a fuzz test. */
    public interface Round {
        void run(Random random) throws IOException;
    }

    /** Runs the given number of rounds. */
    public static void rounds(int rounds, Round round) throws IOException {
        run(rounds, Long.MAX_VALUE, 1, round);
    }

    /** Runs rounds for the duration of the slow tests. */
    public static void minutes(Round round) throws IOException {
        long seconds = Long.getLong("mojave.fuzz.seconds", 300L);
        run(Integer.MAX_VALUE, System.nanoTime() + seconds * 1_000_000_000L, System.nanoTime(), round);
    }

    private static void run(int rounds, long deadline, long start, Round round) throws IOException {
        long seed = Long.getLong("mojave.fuzz.seed", start);
        // Printed before the first round, because nothing else remains if the JVM crashes.
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
        assertThat(refused).as("rejected of %d rounds", done).isBetween(done / 10, done - done / 100);
    }
}
