package dev.mojave.data.window;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.data.store.Split;
import dev.mojave.data.store.TokenSplit;
import dev.mojave.data.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The fixed rows of an evaluation: the same every time, without overlap.
 *
 * <p>{@link RowLayout.Documents}: row j is the j-th document that has something to predict. {@link RowLayout.Windows}: window j of a split of N tokens has the ids from {@code j S} on and their S successors as targets, so each token but the
 * first is a target exactly once; the last window may be short and is padded with id 0 and target {@link Batch#IGNORED}.
 * Where every row begins with ids that are not of the text, such as {@code <s>}, its first token is a target too, and row j holds as much
 * of the text as fits behind them.
 * A limit of n tokens takes {@code W' = ceil(n / targets per row)} of the W rows, spread evenly: window {@code floor(i W / W')}.
 */
public final class EvalWindows {
    private final TokenSplit split;
    private final int context;
    private final Optional<DocumentRows> documents;
    private final long all;
    private final int count;
    private final List<Integer> begin;
    /** Targets of a full row. */
    private final int stride;
    /** Where the first target of a row is: 1 if its first token is predicted by nothing. */
    private final int first;

    private EvalWindows(TokenSplit split, RowLayout cut, long limit, List<Integer> begin) {
        Check.that(
                begin.size() < cut.length(),
                "%d tokens in front of every window leave no room in a context of %d",
                begin.size(),
                cut.length());
        this.begin = List.copyOf(begin);
        this.first = begin.isEmpty() ? 1 : 0;
        this.stride = cut.length() - Math.max(0, begin.size() - 1);
        this.split = split;
        this.context = cut.length();
        this.documents = cut instanceof RowLayout.Documents ? Optional.of(new DocumentRows(split)) : Optional.empty();
        this.all = documents.isPresent() ? documents.get().count() : Math.ceilDiv(split.tokens() - first, stride);
        double perRow = Math.max(1, cut.tokensPerRow(split));
        this.count = Math.toIntExact(Math.min(all, (long) Math.ceil(limit / perRow)));
    }

    /**
     * Takes every row.
     *
     * @throws Failure of kind DATA if the split has fewer than two tokens
     */
    public static EvalWindows all(TokenSplit split, RowLayout cut) {
        return all(split, cut, List.of());
    }

    /**
     * Takes every row, with the same ids in front of each.
     *
     * @param begin ids that predict the first token of a row and are no targets; none for rows whose first token is predicted by nothing
     * @throws Failure of kind DATA if the split has fewer than two tokens
     */
    public static EvalWindows all(TokenSplit split, RowLayout cut, List<Integer> begin) {
        return limited(split, cut, Long.MAX_VALUE - cut.length(), begin);
    }

    /** Takes whole rows with about {@code tokens} targets ({@code eval_tokens}), all if the split has fewer. */
    public static EvalWindows limited(TokenSplit split, RowLayout cut, long tokens) {
        return limited(split, cut, tokens, List.of());
    }

    private static EvalWindows limited(TokenSplit split, RowLayout cut, long tokens, List<Integer> begin) {
        Check.that(tokens > 0, "eval_tokens must be positive, not %d", tokens);
        // The first token is predicted only where something stands in front of it.
        if (split.tokens() < (begin.isEmpty() ? 2 : 1)) {
            throw Failure.data(
                    "the %s split of %s has %d tokens: nothing to evaluate; %s",
                    split.name(), split.source(), split.tokens(), more(split));
        }
        EvalWindows windows = new EvalWindows(split, cut, tokens, begin);
        if (windows.count == 0) {
            throw Failure.data(
                    "the %s split of %s has no document of at least two tokens: nothing to evaluate",
                    split.name(), split.source());
        }
        return windows;
    }

    private static String more(TokenSplit split) {
        return split.name().equals(Split.TRAIN.key())
                ? "give it more text"
                : "hold out more with data." + split.name() + ", or give it more text";
    }

    /**
     * Checks that at least one byte of text is predicted: without one there is nothing that bits per byte could be of.
     *
     * @param bytes what {@link #bytes} says
     * @throws Failure of kind DATA if there is none
     */
    public void requireText(long bytes) {
        if (bytes == 0) {
            throw Failure.data(
                    "the %s split of %s has %d tokens, and those that are predicted stand for no byte of text: nothing to evaluate;"
                            + " %s",
                    split.name(), split.source(), split.tokens(), more(split));
        }
    }

    /** Returns the number of windows. */
    public int count() {
        return count;
    }

    /** Returns up to {@code rows} windows from number {@code first} on; the last batch is smaller. */
    public Batch batch(int first, int rows) {
        Check.that(first >= 0 && first < count, "window %d is outside 0..%d", first, count - 1);
        Batch batch = new Batch(Math.min(rows, count - first), context, begin);
        for (int row = 0; row < batch.rows(); row++) {
            batch.fill(row, split, start(first + row), end(first + row));
        }
        return batch;
    }

    /** Returns the ids in front of every row. */
    public List<Integer> begin() {
        return begin;
    }

    /** Returns whether rows are documents that end in padding. */
    public boolean padded() {
        return documents.isPresent();
    }

    /** Returns the category of each token of a batch of these windows; see {@link Batch#categories}. */
    public int[] categories(Batch batch, List<String> names) {
        return batch.categories(split, names);
    }

    /** Returns how many tokens are targets. */
    public long tokens() {
        long tokens = 0;
        for (int i = 0; i < count; i++) {
            tokens += targets(i);
        }
        return tokens;
    }

    /**
     * Returns how many UTF-8 bytes of the text that was encoded the targets stand for: in each window those behind its first token, up to
     * the end of its last target ({@link TokenSplit#bytes(long, int, java.util.function.IntUnaryOperator)}). Separators have none, nor has
     * the first token, which nobody predicts.
     */
    public long bytes(Tokenizer tokenizer) {
        int[] spelled = new int[tokenizer.vocabSize()];
        Arrays.setAll(spelled, tokenizer::byteLength);
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += split.bytes(start(i) + first, targets(i), id -> spelled[id]);
        }
        return bytes;
    }

    private long row(int window) {
        return window * all / count;
    }

    private long start(int window) {
        return documents.isPresent() ? documents.get().start(row(window)) : row(window) * stride;
    }

    private long end(int window) {
        return documents.isPresent() ? documents.get().end(row(window)) : split.tokens();
    }

    private int targets(int window) {
        return (int) Math.min(stride, end(window) - first - start(window));
    }
}
