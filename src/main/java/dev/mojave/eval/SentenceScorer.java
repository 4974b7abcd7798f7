package dev.mojave.eval;

import dev.mojave.base.Check;
import dev.mojave.base.Progress;
import dev.mojave.data.tokenizer.EncodedText;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Computes the log-probabilities of many short texts. Sequences of equal length share forward passes, so no position is wasted on
 * padding; the last token, which predicts nothing, is not read; and the logits of all tokens are never in memory at the same
 * time. Up to rounding, the result of a sequence does not depend on the other sequences.
 */
public final class SentenceScorer {
    /**
     * Tokens per forward pass: enough for the matrix products to reach full speed, few enough for the activations to stay in the
     * processor's cache.
     */
    private static final int TOKENS = 1024;

    private final LanguageModel model;

    /** Creates a scorer for a model. */
    public SentenceScorer(LanguageModel model) {
        this.model = model;
    }

    /**
     * Returns for each sequence the log-probabilities, in nats, of its tokens given the tokens before them. The first token has
     * none, so a sequence of n tokens yields n - 1 values; prepend the end-of-text token to score every token of a text.
     *
     * @throws IllegalArgumentException if a sequence is empty or has more than {@code max_position_embeddings + 1} tokens
     */
    public List<double[]> logProbabilities(List<int[]> sequences, Progress progress) {
        int context = model.spec().maxPositionEmbeddings();
        Map<Integer, List<Integer>> byLength = new TreeMap<>();
        for (int i = 0; i < sequences.size(); i++) {
            int length = sequences.get(i).length;
            Check.that(length > 0, "sequence %d is empty; it needs at least one token", i);
            Check.that(
                    length <= context + 1,
                    "sequence %d has %d tokens; with max_position_embeddings %d at most %d can be scored",
                    i,
                    length,
                    context,
                    context + 1);
            byLength.computeIfAbsent(length, l -> new ArrayList<>()).add(i);
        }
        double[][] results = new double[sequences.size()][0];
        int done = 0;
        for (Map.Entry<Integer, List<Integer>> group : byLength.entrySet()) {
            int predicted = group.getKey() - 1;
            List<Integer> members = group.getValue();
            int rows = predicted == 0 ? members.size() : Math.max(1, TOKENS / predicted);
            for (int from = 0; from < members.size(); from += rows) {
                List<Integer> batch = members.subList(from, Math.min(members.size(), from + rows));
                if (predicted > 0) {
                    score(sequences, batch, predicted, results);
                }
                done += batch.size();
                progress.update(done, "");
            }
        }
        return Arrays.asList(results);
    }

    private void score(List<int[]> sequences, List<Integer> batch, int predicted, double[][] results) {
        int[] ids = new int[batch.size() * predicted];
        int[] targets = new int[ids.length];
        for (int row = 0; row < batch.size(); row++) {
            int[] sequence = sequences.get(batch.get(row));
            System.arraycopy(sequence, 0, ids, row * predicted, predicted);
            System.arraycopy(sequence, 1, targets, row * predicted, predicted);
        }
        try (Scope _ = Scope.open()) {
            double[] losses = model.tokenLosses(Inputs.of(Tensors.ofIds(ids, batch.size(), predicted)), targets);
            for (int row = 0; row < batch.size(); row++) {
                double[] values = Arrays.copyOfRange(losses, row * predicted, (row + 1) * predicted);
                for (int i = 0; i < values.length; i++) {
                    values[i] = -values[i];
                }
                results[batch.get(row)] = values;
            }
        }
    }

    /**
     * Scores texts. If the tokenizer has an end-of-text token, it precedes each text, which is thus scored as the start of a
     * document; otherwise the first token of each text is not scored.
     */
    public List<SentenceScore> score(List<String> texts, Tokenizer tokenizer, Progress progress) {
        OptionalInt end = tokenizer.endOfText();
        return score(texts, tokenizer, end.isPresent() ? List.of(end.getAsInt()) : List.of(), progress);
    }

    /**
     * Scores texts, each preceded by the tokens {@code begin}, which are not scored themselves. If {@code begin} is empty, the
     * first token of each text is not scored.
     *
     * @param begin tokens that precede each text of this model; imported models list them in {@code special_tokens.json}
     */
    public List<SentenceScore> score(List<String> texts, Tokenizer tokenizer, List<Integer> begin, Progress progress) {
        List<EncodedText> encoded = texts.stream().map(tokenizer::encodeText).toList();
        List<int[]> sequences = new ArrayList<>();
        for (EncodedText text : encoded) {
            sequences.add(IntStream.concat(begin.stream().mapToInt(id -> id), Arrays.stream(text.ids()))
                    .toArray());
        }
        List<double[]> scores = logProbabilities(sequences, progress);
        List<SentenceScore> results = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            double[] each = new double[encoded.get(i).ids().length];
            int unscored = begin.isEmpty() ? 1 : 0;
            System.arraycopy(scores.get(i), Math.max(0, begin.size() - 1), each, unscored, each.length - unscored);
            results.add(SentenceScore.of(texts.get(i), encoded.get(i), each));
        }
        return results;
    }
}
