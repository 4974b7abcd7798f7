package dev.mojave.data.store;

import dev.mojave.data.store.StoreManifest.Part;
import dev.mojave.data.store.StoreManifest.StoredFile;
import dev.mojave.data.tokenizer.EncodedText;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files of one split: the shards, the document index and, unless the tokens' spellings determine it, the number of bytes of
 * text that each token covers.
 */
final class SplitWriter implements AutoCloseable {
    private static final int LONGEST = 0xFFFF;

    private final Path folder;
    private final Split split;
    private final int tokenBytes;
    private final long shardTokens;
    private final StoreFile index;
    private final List<StoredFile> shards = new ArrayList<>();
    private final TextCounter counter = new TextCounter();
    private final Tokenizer tokenizer;
    private final Optional<StoreFile> lengths;
    private StoreFile shard;
    /** Number of bytes of text that no token covers yet. */
    private long open;

    private boolean asSpelled = true;
    private long tokens;
    private long documents;

    SplitWriter(Path folder, Split split, Tokenizer tokenizer, long shardTokens) throws IOException {
        this.folder = folder;
        this.split = split;
        this.tokenizer = tokenizer;
        this.tokenBytes = tokenBytes(tokenizer);
        this.shardTokens = shardTokens;
        this.index = new StoreFile(folder.resolve(split.key() + "-documents.bin"));
        this.lengths = Tokenizers.spellsText(tokenizer) ? Optional.empty() : Optional.of(new StoreFile(lengthsFile()));
        this.shard = openShard();
    }

    /** Returns the number of bytes per id: 2 or 4. */
    static int tokenBytes(Tokenizer tokenizer) {
        return tokenizer.vocabSize() <= 1 << 16 ? 2 : 4;
    }

    private Path lengthsFile() {
        return folder.resolve(split.key() + "-lengths.bin");
    }

    private StoreFile openShard() throws IOException {
        return new StoreFile(folder.resolve(String.format(Locale.ROOT, "%s-%05d.bin", split.key(), shards.size())));
    }

    /** Begins a document, or the part of one that belongs to this split. */
    void begin(int category) throws IOException {
        index.room(12).putLong(tokens).putInt(category);
        counter.breakWord();
        documents++;
    }

    /** Adds text with its ids. */
    void write(String text, EncodedText encoded) throws IOException {
        long before = counter.bytes();
        counter.count(text);
        int[] ids = encoded.ids();
        for (int i = 0; i < ids.length; i++) {
            open += encoded.bytes(i);
            write(ids[i]);
        }
        if (ids.length == 0) {
            open += counter.bytes() - before;
        }
    }

    /** Adds an id that has no text of its own; it covers only text before it that no other id covers. */
    void write(int id) throws IOException {
        if (lengths.isPresent()) {
            // Bytes beyond the range of uint16 are left to the following tokens, so that the sum stays right.
            int length = (int) Math.min(open, LONGEST);
            open -= length;
            asSpelled &= length == tokenizer.byteLength(id);
            lengths.get().room(Short.BYTES).putShort((short) length);
        }
        if (tokens > 0 && tokens % shardTokens == 0) {
            shards.add(shard.finish());
            shard = openShard();
        }
        ByteBuffer room = shard.room(tokenBytes);
        if (tokenBytes == 2) {
            room.putShort((short) id);
        } else {
            room.putInt(id);
        }
        tokens++;
    }

    Part finish() throws IOException {
        shards.add(shard.finish());
        return new Part(tokens, documents, counter.bytes(), counter.words(), shards, index.finish(), finishLengths());
    }

    private @Nullable StoredFile finishLengths() throws IOException {
        if (lengths.isEmpty()) {
            return null;
        }
        StoredFile finished = lengths.get().finish();
        if (asSpelled) {
            Files.delete(lengthsFile());
            return null;
        }
        return finished;
    }

    @Override
    public void close() throws IOException {
        try (index) {
            if (lengths.isPresent()) {
                lengths.get().close();
            }
        } finally {
            shard.close();
        }
    }
}
