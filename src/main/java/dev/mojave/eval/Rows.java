package dev.mojave.eval;

import dev.mojave.data.window.Batch;
import dev.mojave.model.Inputs;
import dev.mojave.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** Rows of tokens on their way from data to a model, for training and measuring alike: which are padding, which targets count, and which
 * categories they have. The arrays are not copied. */
public final class Rows {
    private final int[] ids;
    private final int[] targets;
    private final int rows;
    private final Optional<int[]> categories;
    private final int categoryCount;
    private final Optional<int[]> lengths;

    /**
     * Tokens with categories and padding.
     *
     * @param ids token ids (rows, S), row-major
     * @param targets the ids that follow, same shape
     * @param rows sequences
     * @param categories category of each token, same shape, 0 for none; absent where the data has none
     * @param categoryCount how many categories there are
     * @param lengths tokens of each row that are not padding; absent where none is
     */
    public Rows(
            int[] ids,
            int[] targets,
            int rows,
            Optional<int[]> categories,
            int categoryCount,
            Optional<int[]> lengths) {
        this.ids = ids;
        this.targets = targets;
        this.rows = rows;
        this.categories = categories;
        this.categoryCount = categoryCount;
        this.lengths = lengths;
    }

    /**
     * The rows of a batch of data.
     *
     * @param padded whether what is behind a row's text is padding that nothing may look at; where windows are cut from running text only
     *     the last one has any, and it has no targets there
     * @param categories category of each token; absent where nobody asks
     * @param categoryCount how many categories there are
     */
    public static Rows of(Batch batch, boolean padded, Optional<int[]> categories, int categoryCount) {
        return new Rows(
                batch.ids(),
                batch.targets(),
                batch.rows(),
                categories,
                categoryCount,
                padded ? Optional.of(batch.lengths()) : Optional.empty());
    }

    /** Tokens without categories or padding. */
    public Rows(int[] ids, int[] targets, int rows) {
        this(ids, targets, rows, Optional.empty(), 0, Optional.empty());
    }

    /** Returns the number of sequences. */
    public int rows() {
        return rows;
    }

    /** Returns how many categories there are. */
    public int categoryCount() {
        return categoryCount;
    }

    /** Returns the tokens of a row. */
    public int length() {
        return ids.length / rows;
    }

    /** Returns some rows, copied. */
    public Rows part(int from, int count) {
        int start = from * length();
        int end = start + count * length();
        return new Rows(
                Arrays.copyOfRange(ids, start, end),
                Arrays.copyOfRange(targets, start, end),
                count,
                categories.map(all -> Arrays.copyOfRange(all, start, end)),
                categoryCount,
                lengths.map(all -> Arrays.copyOfRange(all, from, from + count)));
    }

    /** Returns the token that follows each, (rows, S) row-major; below 0 where the loss counts none. */
    public int[] targets() {
        return targets.clone();
    }

    /** Returns how many targets the loss counts. */
    public long counted() {
        return Arrays.stream(targets).filter(target -> target >= 0).count();
    }

    /** Returns how many tokens are not padding, so that routers see them. */
    public long real() {
        return lengths.map(real -> Arrays.stream(real).asLongStream().sum()).orElse((long) ids.length);
    }

    /** Returns the category of each token that is not padding. */
    public int[] categoriesOfReal() {
        return ofReal(categories.orElse(new int[ids.length]));
    }

    /** Returns the id of each token that is not padding. */
    public int[] idsOfReal() {
        return ofReal(ids);
    }

    private int[] ofReal(int[] all) {
        return lengths.isEmpty()
                ? all
                : IntStream.range(0, ids.length)
                        .filter(i -> i % length() < lengths.get()[i / length()])
                        .map(i -> all[i])
                        .toArray();
    }

    /** Returns what a model reads, in the scope that is open; the categories only where it wants them. */
    public Inputs inputs(boolean withCategories) {
        Inputs all = Inputs.of(Tensors.ofIds(ids, rows, length()), Tensors.ofIds(targets, rows, length()));
        Inputs inputs = lengths.map(real -> all.withLengths(real)).orElse(all);
        return withCategories && categories.isPresent()
                ? inputs.withCategories(Tensors.ofIds(categories.get(), rows, length()))
                : inputs;
    }
}
