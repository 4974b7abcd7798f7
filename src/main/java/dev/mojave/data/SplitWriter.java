package dev.mojave.data;

import dev.mojave.data.StoreManifest.Part;
import dev.mojave.data.StoreManifest.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes the shards and the document index of one split. */
final class SplitWriter implements AutoCloseable {
    private final Path folder;
    private final Split split;
    private final int tokenBytes;
    private final long shardTokens;
    private final StoreFile index;
    private final List<StoredFile> shards = new ArrayList<>();
    private final TextCounter counter = new TextCounter();
    private StoreFile shard;
    private long tokens;
    private long documents;

    SplitWriter(Path folder, Split split, int tokenBytes, long shardTokens) throws IOException {
        this.folder = folder;
        this.split = split;
        this.tokenBytes = tokenBytes;
        this.shardTokens = shardTokens;
        this.index = new StoreFile(folder.resolve(split.key() + "-documents.bin"));
        this.shard = openShard();
    }

    private StoreFile openShard() throws IOException {
        return new StoreFile(folder.resolve(String.format(Locale.ROOT, "%s-%05d.bin", split.key(), shards.size())));
    }

    /** Begins a document, or what of it belongs to this split. */
    void begin(int category) throws IOException {
        index.room(12).putLong(tokens).putInt(category);
        counter.breakWord();
        documents++;
    }

    /** Adds text with its ids. */
    void write(String text, int[] ids) throws IOException {
        counter.count(text);
        for (int id : ids) {
            write(id);
        }
    }

    /** Adds an id that stands for no text. */
    void write(int id) throws IOException {
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
        return new Part(tokens, documents, counter.bytes(), counter.words(), shards, index.finish());
    }

    @Override
    public void close() throws IOException {
        try (index) {
            shard.close();
        }
    }
}
