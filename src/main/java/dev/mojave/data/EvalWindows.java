package dev.mojave.data;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.data.tokenizer.Tokenizer;
import java.util.List;

/**
 * The fixed windows of an evaluation: the same every time, without overlap.
 *
 * <p>Window j of a split of N tokens has the ids from {@code j S} on and their S successors as targets, so each token but the
 * first is a target exactly once; the last window may be short and is padded with id 0 and target {@link Batch#IGNORED}.
 * A limit of n tokens takes {@code W' = ceil(n / S)} of the W windows, spread evenly: window {@code floor(i W / W')}.
 */
public final class EvalWindows {
    private final TokenSplit split;
    private final int context;
    private final long all;
    private final int count;

    private EvalWindows(TokenSplit split, int context, long limit) {
        this.split = split;
        this.context = context;
        this.all = Math.ceilDiv(split.tokens() - 1, context);
        this.count = Math.toIntExact(Math.min(all, Math.ceilDiv(limit, context)));
    }

    /**
     * Takes every window.
     *
     * @throws Failure of kind DATA if the split has fewer than two tokens
     */
    public static EvalWindows all(TokenSplit split, int context) {
        return limited(split, context, Long.MAX_VALUE - context);
    }

    /** Takes whole windows with about {@code tokens} targets ({@code eval_tokens}), all if the split has fewer. */
    public static EvalWindows limited(TokenSplit split, int context, long tokens) {
        Check.that(context > 0, "max_position_embeddings must be positive, not %d", context);
        Check.that(tokens > 0, "eval_tokens must be positive, not %d", tokens);
        if (split.tokens() < 2) {
            throw Failure.data(
                    "the %s split of %s has %d tokens: nothing to evaluate; hold out more with data.%s",
                    split.name(), split.source(), split.tokens(), split.name());
        }
        return new EvalWindows(split, context, tokens);
    }

    /** Returns the number of windows. */
    public int count() {
        return count;
    }

    /** Returns up to {@code rows} windows from number {@code first} on; the last batch is smaller. */
    public Batch batch(int first, int rows) {
        Check.that(first >= 0 && first < count, "window %d is outside 0..%d", first, count - 1);
        Batch batch = new Batch(Math.min(rows, count - first), context);
        for (int row = 0; row < batch.rows(); row++) {
            batch.fill(row, split, start(first + row));
        }
        return batch;
    }

    /** Returns the category of each token of a batch of these windows; see {@link Batch#categories}. */
    public int[] categories(Batch batch, List<String> names) {
        return batch.categories(split, names);
    }

    /** Returns how many tokens are targets. */
    public long tokens() {
        long tokens = 0;
        for (int i = 0; i < count; i++) {
            tokens += targets(start(i));
        }
        return tokens;
    }

    /** Returns how many UTF-8 bytes of text the targets stand for (separators: none). */
    public long bytes(Tokenizer tokenizer) {
        int[] lengths = new int[tokenizer.vocabSize()];
        for (int id = 0; id < lengths.length; id++) {
            lengths[id] = tokenizer.byteLength(id);
        }
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            int[] window = new int[targets(start(i))];
            split.read(start(i) + 1, window);
            for (int id : window) {
                bytes += lengths[id];
            }
        }
        return bytes;
    }

    private long start(int window) {
        return window * all / count * context;
    }

    private int targets(long start) {
        return (int) Math.min(context, split.tokens() - 1 - start);
    }
}
