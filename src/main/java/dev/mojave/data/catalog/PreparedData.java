package dev.mojave.data.catalog;

import dev.mojave.base.MojaveHome;
import dev.mojave.base.Progress;
import dev.mojave.data.DataSpec;
import dev.mojave.data.store.Split;
import dev.mojave.data.store.TokenSplit;
import dev.mojave.data.store.TokenStore;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.data.window.RowLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The tokenizer and the splits of a recipe's data, ready to be sampled. Closing it invalidates the splits. */
public final class PreparedData implements AutoCloseable {
    private final TokenStore store;
    private final DataSpec spec;
    private final Tokenizer tokenizer;

    PreparedData(TokenStore store, DataSpec spec) {
        this.store = store;
        this.spec = spec;
        this.tokenizer = Tokenizers.read(
                store.folder().resolve("tokenizer.json"),
                Optional.ofNullable(store.manifest().endOfText()));
    }

    /**
     * Opens the data under {@code MOJAVE_HOME}, building the token store the first time.
     *
     * @throws dev.mojave.base.Failure of kind USAGE for a source that does not exist or cannot be read, DATA for one that is not text or
     *     is too small to be split, ENVIRONMENT for a full disk
     */
    public static PreparedData open(DataSpec spec, Progress progress) {
        return new Datasets(MojaveHome.path()).open(spec, progress);
    }

    /** Returns the tokenizer that the store was built with. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Returns one split, which is empty if nothing is held out for it. */
    public TokenSplit split(Split split) {
        return store.split(split);
    }

    /** Returns the training split. */
    public TokenSplit train() {
        return split(Split.TRAIN);
    }

    /** Returns the validation split. */
    public TokenSplit validation() {
        return split(Split.VALIDATION);
    }

    /** Returns the test split. */
    public TokenSplit test() {
        return split(Split.TEST);
    }

    /**
     * Returns how the splits are cut into rows for a model.
     *
     * @param context the model's context length in tokens ({@code model.max_position_embeddings})
     * @throws dev.mojave.base.Failure of kind USAGE if {@code data.max_length} does not fit
     */
    public RowLayout cut(int context) {
        return RowLayout.of(spec, context);
    }

    /**
     * Returns the entropy of the training split's token frequencies, in nats per token: the lowest training loss that a model without
     * context can reach.
     */
    public double unigramEntropy() {
        return store.manifest().unigramEntropy();
    }

    /** Returns the SHA-256 of the source's content. */
    public String checksum() {
        return store.manifest().sourceSha256();
    }

    /** Returns the categories of the documents in order of first appearance; empty if the documents have none. */
    public List<String> categories() {
        return store.manifest().categories().stream()
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** Returns the folder of the token store. */
    public Path folder() {
        return store.folder();
    }

    @Override
    public void close() {
        store.close();
    }
}
