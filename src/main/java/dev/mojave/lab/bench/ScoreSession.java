package dev.mojave.lab.bench;

import dev.mojave.base.Progress;
import dev.mojave.eval.SentenceScorer;
import dev.mojave.model.LanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Computes the log-probabilities of short sentences, all of them in one step. */
final class ScoreSession implements Session {
    private static final double WARM_UP_SECONDS = 5;

    /** Numbers of sentences with 5, 6, ... 17 tokens among 134 sentences of a grammaticality test (BLiMP, GPT-2's tokenizer). */
    private static final int[] SENTENCES_OF_LENGTH = {5, 18, 17, 17, 17, 22, 12, 6, 4, 2, 4, 6, 4};

    private static final int SHORTEST = 5;
    /** Coprime to 134, so that neighbours differ in length. */
    private static final int STRIDE = 37;

    private final LanguageModel model;
    private final SentenceScorer scorer;
    private final List<int[]> sentences = new ArrayList<>();

    ScoreSession(Workload workload) {
        model = LanguageModel.build(workload.model(), 0);
        scorer = new SentenceScorer(model);
        SplittableRandom random = new SplittableRandom(0);
        for (int length : lengths(workload.batch())) {
            sentences.add(random.ints(length, 0, workload.model().vocabSize()).toArray());
        }
    }

    /** Returns the length of each of {@code count} sentences, in tokens; {@code bench/peers/score.py} uses the same lengths. */
    static List<Integer> lengths(int count) {
        List<Integer> table = new ArrayList<>();
        for (int i = 0; i < SENTENCES_OF_LENGTH.length; i++) {
            for (int n = 0; n < SENTENCES_OF_LENGTH[i]; n++) {
                table.add(SHORTEST + i);
            }
        }
        List<Integer> lengths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lengths.add(table.get(i * STRIDE % table.size()));
        }
        return lengths;
    }

    @Override
    public void warmUp() {
        long begin = System.nanoTime();
        do {
            step();
        } while ((System.nanoTime() - begin) / 1e9 < WARM_UP_SECONDS);
    }

    @Override
    public double step() {
        long start = System.nanoTime();
        scorer.logProbabilities(sentences, Progress.SILENT);
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
        model.close();
    }
}
