package dev.mojave.generate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The filters between a model's logits and the draw, each computed as in the transformers library; removed logits become -infinity. */
final class LogitFilters {
    private LogitFilters() {}

    /**
     * Divides positive and multiplies negative logits of seen tokens by the penalty, once per token however often it occurred
     * (arXiv 1909.05858).
     */
    static void repetitionPenalty(float[] logits, BitSet seen, double penalty) {
        for (int id = seen.nextSetBit(0); id >= 0; id = seen.nextSetBit(id + 1)) {
            logits[id] = (float) (logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty);
        }
    }

    /**
     * Divides logits by the temperature, which is positive. If a quotient would exceed the range of float32, it first subtracts
     * the largest logit, which leaves the probabilities unchanged.
     */
    static void temperature(float[] logits, double temperature) {
        double best = Math.abs(largest(logits) / temperature) <= Float.MAX_VALUE ? 0 : largest(logits);
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) ((logits[i] - best) / temperature);
        }
    }

    /** Returns the largest logit; NaN if any logit is NaN. */
    static float largest(float[] logits) {
        float best = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            best = Math.max(best, logit);
        }
        return best;
    }

    /** Keeps the k largest logits and all ties of the k-th. */
    static void topK(float[] logits, int k) {
        if (k >= logits.length) {
            return;
        }
        float[] sorted = logits.clone();
        Arrays.sort(sorted);
        float threshold = sorted[sorted.length - k];
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] < threshold) {
                logits[i] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    /** Keeps the smallest set of most likely tokens whose total probability is at least p; at least one token (arXiv 1904.09751). */
    static void topP(float[] logits, double p) {
        float[] probabilities = softmax(logits);
        int[] ascending = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> probabilities[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double mass = 0;
        for (int i = 0; i < ascending.length - 1; i++) {
            mass += probabilities[ascending[i]];
            if (mass > 1 - p) {
                return;
            }
            logits[ascending[i]] = Float.NEGATIVE_INFINITY;
        }
    }

    /** Keeps tokens at least {@code minP} times as probable as the most probable one (arXiv 2407.01082). */
    static void minP(float[] logits, double minP) {
        double floor = largest(logits) + Math.log(minP);
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] < floor) {
                logits[i] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    /** Returns the softmax, summed in double precision. */
    static float[] softmax(float[] logits) {
        double best = largest(logits);
        double sum = 0;
        double[] exponentials = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            exponentials[i] = Math.exp(logits[i] - best);
            sum += exponentials[i];
        }
        float[] probabilities = new float[logits.length];
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = (float) (exponentials[i] / sum);
        }
        return probabilities;
    }
}
