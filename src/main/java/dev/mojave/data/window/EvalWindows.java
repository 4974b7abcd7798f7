package dev.mojave.data.window;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.Plural;
import dev.mojave.data.store.Split;
import dev.mojave.data.store.TokenSplit;
import dev.mojave.data.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The fixed rows of an evaluation: the same every time, and without overlap.
 *
 * <p>{@link RowLayout.Documents}: row j is the j-th document that has something to predict. {@link RowLayout.Windows}: window j of a
 * split of N tokens has the S ids from position {@code j S} on, with their successors as targets, so each token but the first is a target
 * exactly once; the last window may be short and is padded with id 0 and target {@link Batch#IGNORED}.
 * If every row begins with ids that are not part of the text, such as {@code <s>}, the first token of the text is a target too, and each
 * row has as much of the text as fits after them. With a limit of n tokens, {@code W' = ceil(n / targets per row)} of the W rows are
 * used, spread evenly: rows {@code floor(i W / W')}.
 */
public final class EvalWindows {
    private final TokenSplit split;
    private final int context;
    private final Optional<DocumentRows> documents;
    private final long all;
    private final int count;
    private final List<Integer> begin;
    /** Number of targets in a full row. */
    private final int stride;
    /** Index of the first target in the text of a row: 1 if nothing predicts the first token, otherwise 0. */
    private final int first;

    private EvalWindows(TokenSplit split, RowLayout cut, long limit, List<Integer> begin) {
        Check.that(
                begin.size() < cut.length(),
                "rows that begin with %s leave no room in a context of %d",
                Plural.of(begin.size(), "token"),
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
     * Returns all rows of a split.
     *
     * @throws Failure of kind DATA if the split has fewer than two tokens
     */
    public static EvalWindows all(TokenSplit split, RowLayout cut) {
        return all(split, cut, List.of());
    }

    /**
     * Returns all rows of a split, with the same ids before each.
     *
     * @param begin ids that predict the first token of a row and are not targets themselves; empty if nothing predicts the first token
     * @throws Failure of kind DATA if the split has fewer than two tokens
     */
    public static EvalWindows all(TokenSplit split, RowLayout cut, List<Integer> begin) {
        return limited(split, cut, Long.MAX_VALUE - cut.length(), begin);
    }

    /** Returns whole rows with about {@code tokens} targets ({@code eval_tokens}) in total, or all rows if the split has fewer targets. */
    public static EvalWindows limited(TokenSplit split, RowLayout cut, long tokens) {
        return limited(split, cut, tokens, List.of());
    }

    private static EvalWindows limited(TokenSplit split, RowLayout cut, long tokens, List<Integer> begin) {
        Check.that(tokens > 0, "eval_tokens must be positive, not %d", tokens);
        // The first token is predicted only if there are ids before it.
        if (split.tokens() < (begin.isEmpty() ? 2 : 1)) {
            throw Failure.data(
                    "the %s split of %s has %s: nothing to evaluate; %s",
                    split.name(), split.source(), Plural.of(split.tokens(), "token"), remedy(split));
        }
        EvalWindows windows = new EvalWindows(split, cut, tokens, begin);
        if (windows.count == 0) {
            throw Failure.data(
                    "the %s split of %s has no document of at least two tokens: nothing to evaluate",
                    split.name(), split.source());
        }
        return windows;
    }

    private static String remedy(TokenSplit split) {
        return split.name().equals(Split.TRAIN.key())
                ? "use more text"
                : "hold out more with data." + split.name() + ", or use more text";
    }

    /**
     * Checks that the targets cover at least one byte of text; otherwise bits per byte is undefined.
     *
     * @param bytes the result of {@link #bytes}
     * @throws Failure of kind DATA if there is none
     */
    public void requireText(long bytes) {
        if (bytes == 0) {
            throw Failure.data(
                    "the %s split of %s has %s, but the predicted ones cover no byte of text: nothing to evaluate;"
                            + " %s",
                    split.name(), split.source(), Plural.of(split.tokens(), "token"), remedy(split));
        }
    }

    /** Returns the number of rows. */
    public int count() {
        return count;
    }

    /** Returns up to {@code rows} rows from number {@code first} on; the last batch may be smaller. */
    public Batch batch(int first, int rows) {
        Check.that(first >= 0 && first < count, "row %d is outside 0..%d", first, count - 1);
        Batch batch = new Batch(Math.min(rows, count - first), context, begin);
        for (int row = 0; row < batch.rows(); row++) {
            batch.fill(row, split, start(first + row), end(first + row));
        }
        return batch;
    }

    /** Returns the ids before every row. */
    public List<Integer> begin() {
        return begin;
    }

    /** Returns whether rows are documents, which are padded. */
    public boolean padded() {
        return documents.isPresent();
    }

    /** Returns the category of each token of a batch of these rows; see {@link Batch#categories}. */
    public int[] categories(Batch batch, List<String> names) {
        return batch.categories(split, names);
    }

    /** Returns the number of targets in all rows. */
    public long tokens() {
        long tokens = 0;
        for (int i = 0; i < count; i++) {
            tokens += targets(i);
        }
        return tokens;
    }

    /**
     * Returns the number of UTF-8 bytes of the encoded text that the targets cover
     * ({@link TokenSplit#bytes(long, int, java.util.function.IntUnaryOperator)}). Separators cover none, and a first token that nothing
     * predicts is not counted.
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
