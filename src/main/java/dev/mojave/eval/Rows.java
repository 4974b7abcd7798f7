package dev.mojave.eval;

import dev.mojave.data.window.Batch;
import dev.mojave.model.Inputs;
import dev.mojave.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** Token rows for a model, in training and evaluation: their ids, targets, categories and padding. The arrays are not copied. */
public final class Rows {
    private final int[] ids;
    private final int[] targets;
    private final int rows;
    private final Optional<int[]> categories;
    private final int categoryCount;
    private final Optional<int[]> lengths;

    /**
     * Creates rows with categories and padding.
     *
     * @param ids token ids (rows, S), row-major
     * @param targets ids of the tokens that follow, same shape; negative where the loss ignores a token
     * @param rows number of sequences
     * @param categories category of each token, same shape, counted from 1; 0 = no category; empty if the data has no categories
     * @param categoryCount number of categories
     * @param lengths number of tokens of each row before its padding; empty if no row has padding
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
     * Returns the rows of a batch of data.
     *
     * @param padded whether routers must ignore the positions after a row's text; windows cut from running text need not set it,
     *     because only the last window has such positions, and they have no targets
     * @param categories category of each token, as in the constructor; empty if they are not needed
     * @param categoryCount number of categories
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

    /** Creates rows without categories or padding. */
    public Rows(int[] ids, int[] targets, int rows) {
        this(ids, targets, rows, Optional.empty(), 0, Optional.empty());
    }

    /** Returns the number of sequences. */
    public int rows() {
        return rows;
    }

    /** Returns the number of categories. */
    public int categoryCount() {
        return categoryCount;
    }

    /** Returns the number of tokens per row, S. */
    public int length() {
        return ids.length / rows;
    }

    /** Returns a copy of {@code count} rows, starting with row {@code from}. */
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

    /** Returns the token that follows each token, (rows, S) row-major; negative where the loss ignores it. */
    public int[] targets() {
        return targets.clone();
    }

    /** Returns the number of targets that the loss counts. */
    public long counted() {
        return Arrays.stream(targets).filter(target -> target >= 0).count();
    }

    /** Returns the number of tokens that are not padding; these are the tokens that routers see. */
    public long real() {
        return lengths.map(real -> Arrays.stream(real).asLongStream().sum()).orElse((long) ids.length);
    }

    /** Returns the category of each token that is not padding, row after row; 0 = no category. */
    public int[] categoriesOfReal() {
        return ofReal(categories.orElse(new int[ids.length]));
    }

    /** Returns the id of each token that is not padding, row after row. */
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

    /**
     * Returns the inputs of a model, allocated in the current scope; they contain the categories only if {@code withCategories}
     * is true.
     */
    public Inputs inputs(boolean withCategories) {
        Inputs all = Inputs.of(Tensors.ofIds(ids, rows, length()), Tensors.ofIds(targets, rows, length()));
        Inputs inputs = lengths.map(real -> all.withLengths(real)).orElse(all);
        return withCategories && categories.isPresent()
                ? inputs.withCategories(Tensors.ofIds(categories.get(), rows, length()))
                : inputs;
    }
}
