package dev.mojave.data.window;

import dev.mojave.base.Check;
import dev.mojave.data.store.TokenSplit;
import java.util.Arrays;
import java.util.List;

/**
 * Windows of token ids, row after row: {@code ids[b * S + s]} is followed by {@code targets[b * S + s]}.
 *
 * <p>The arrays are not copied; whoever takes a batch owns it.
 */
public final class Batch {
    /** The target that no loss counts: padding after the end of a split. */
    public static final int IGNORED = -100;

    private final int rows;
    private final int context;
    private final int[] ids;
    private final int[] targets;
    private final long[] starts;
    /** Ids in front of the text of each row. */
    private final List<Integer> begin;

    private final int[] lengths;

    Batch(int rows, int context) {
        this(rows, context, List.of());
    }

    /** Makes room for rows that begin with the same ids, which are not of the text. */
    Batch(int rows, int context, List<Integer> begin) {
        Check.that(rows > 0, "a batch needs at least one window, not %d", rows);
        this.rows = rows;
        this.context = context;
        this.ids = new int[Math.multiplyExact(rows, context)];
        this.targets = new int[ids.length];
        this.starts = new long[rows];
        this.begin = List.copyOf(begin);
        this.lengths = new int[rows];
    }

    /** Returns the number of windows B. */
    public int rows() {
        return rows;
    }

    /** Returns the length of a window S. */
    public int context() {
        return context;
    }

    /** Returns the ids (B, S), row-major. */
    public int[] ids() {
        return ids;
    }

    /** Returns the ids that follow (B, S), row-major; {@link #IGNORED} where there is none. */
    public int[] targets() {
        return targets;
    }

    /** Returns where a window starts in its split, in tokens; {@link TokenSplit#category} tells what is there. */
    public long start(int row) {
        return starts[row];
    }

    /**
     * Returns the category of each token (B, S), row-major: 1 + its index in {@code names}, 0 where it has none of these.
     *
     * @param split that the windows were read from
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

    /** Returns how many ids of each row (B) are text; what follows is padding, id 0 and target {@link #IGNORED}. */
    public int[] lengths() {
        return lengths;
    }

    /** Returns how many tokens are targets. */
    public int targetCount() {
        return Arrays.stream(lengths).sum() - rows * Math.max(0, begin.size() - 1);
    }

    /** Fills a row with the text from a token up to {@code end}, as far as it fits; the rest is padded. */
    void fill(int row, TokenSplit split, long start, long end) {
        if (!begin.isEmpty()) {
            fillBehindBegin(row, split, start, end);
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

    /** The text begins behind other ids, the last of which predicts its first token. */
    private void fillBehindBegin(int row, TokenSplit split, long start, long end) {
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
