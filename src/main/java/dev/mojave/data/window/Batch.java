package dev.mojave.data.window;

import dev.mojave.base.Check;
import dev.mojave.data.store.TokenSplit;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of token ids (B, S), row-major: {@code targets[b * S + s]} is the token that follows {@code ids[b * S + s]}.
 *
 * <p>The arrays are not copied; they belong to the receiver of the batch.
 */
public final class Batch {
    /** The target of padding, which losses ignore. */
    public static final int IGNORED = -100;

    private final int rows;
    private final int context;
    private final int[] ids;
    private final int[] targets;
    private final long[] starts;
    /** The ids before the text of each row. */
    private final List<Integer> begin;

    private final int[] lengths;

    Batch(int rows, int context) {
        this(rows, context, List.of());
    }

    /** Creates a batch whose rows all begin with the same ids, which are not part of the text. */
    Batch(int rows, int context, List<Integer> begin) {
        Check.that(rows > 0, "a batch needs at least one row, not %d", rows);
        this.rows = rows;
        this.context = context;
        this.ids = new int[Math.multiplyExact(rows, context)];
        this.targets = new int[ids.length];
        this.starts = new long[rows];
        this.begin = List.copyOf(begin);
        this.lengths = new int[rows];
    }

    /** Returns the number of rows B. */
    public int rows() {
        return rows;
    }

    /** Returns the length of a row S, padding included. */
    public int context() {
        return context;
    }

    /** Returns the ids (B, S), row-major. */
    public int[] ids() {
        return ids;
    }

    /** Returns the target of each id (B, S), row-major; {@link #IGNORED} if the id predicts nothing. */
    public int[] targets() {
        return targets;
    }

    /** Returns the position in the split, in tokens, at which the text of a row starts. */
    public long start(int row) {
        return starts[row];
    }

    /**
     * Returns the category of each token (B, S), row-major: 1 + its index in {@code names}, 0 if it has none of these.
     *
     * @param split the split that the rows were read from
     */
    public int[] categories(TokenSplit split, List<String> names) {
        int[] categories = new int[ids.length];
        int[] window = new int[context - begin.size()];
        for (int row = 0; row < rows; row++) {
            split.readCategories(starts[row], names, window);
            System.arraycopy(window, 0, categories, row * context + begin.size(), window.length);
        }
        return categories;
    }

    /** Returns the number of ids of each row (B) before the padding, which has id 0 and target {@link #IGNORED}. */
    public int[] lengths() {
        return lengths;
    }

    /** Returns the number of targets. */
    public int targetCount() {
        return Arrays.stream(lengths).sum() - rows * Math.max(0, begin.size() - 1);
    }

    /** Fills a row with the tokens from {@code start} up to {@code end}, as far as they fit, and pads the rest. */
    void fill(int row, TokenSplit split, long start, long end) {
        if (!begin.isEmpty()) {
            fillAfterBegin(row, split, start, end);
            return;
        }
        int at = row * context;
        int present = (int) Math.min(context, end - 1 - start);
        lengths[row] = present;
        int[] window = new int[present + 1];
        split.read(start, window);
        System.arraycopy(window, 0, ids, at, present);
        System.arraycopy(window, 1, targets, at, present);
        for (int s = present; s < context; s++) {
            ids[at + s] = 0;
            targets[at + s] = IGNORED;
        }
        starts[row] = start;
    }

    /** Fills a row whose text comes after other ids, the last of which predicts the first token of the text. */
    private void fillAfterBegin(int row, TokenSplit split, long start, long end) {
        int at = row * context;
        int ahead = begin.size() - 1;
        int[] window = new int[(int) Math.min(context - ahead, end - start)];
        split.read(start, window);
        lengths[row] = ahead + window.length;
        Arrays.fill(ids, at, at + context, 0);
        Arrays.fill(targets, at, at + context, IGNORED);
        for (int i = 0; i < begin.size(); i++) {
            ids[at + i] = begin.get(i);
        }
        System.arraycopy(window, 0, ids, at + begin.size(), window.length - 1);
        System.arraycopy(window, 0, targets, at + ahead, window.length);
        starts[row] = start;
    }
}
