package dev.mojave.data.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A split that exists only in memory. */
public final class MemorySplit {
    private MemorySplit() {}

    public static TokenSplit of(int shardTokens, int... ids) {
        return of(shardTokens, List.of(""), new int[][] {{0, 0}}, ids);
    }

    /** A split of documents that begin at {@code documents[i][0]} and have the category {@code documents[i][1]}. */
    public static TokenSplit of(int shardTokens, List<String> categories, int[][] documents, int... ids) {
        List<MemorySegment> shards = new ArrayList<>();
        for (int from = 0; from < ids.length; from += shardTokens) {
            ByteBuffer shard = ByteBuffer.allocate(2 * shardTokens).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = from; i < Math.min(ids.length, from + shardTokens); i++) {
                shard.putShort((short) ids[i]);
            }
            shards.add(MemorySegment.ofArray(shard.array()));
        }
        StoreManifest.StoredFile none = new StoreManifest.StoredFile("none", 0, "");
        StoreManifest.Part part =
                new StoreManifest.Part(ids.length, documents.length, ids.length, 1, List.of(), none, null);
        StoreManifest manifest = new StoreManifest(
                1, "memory", "", "byte", 257, 2, shardTokens, 0, categories, null, none, Map.of("train", part));
        ByteBuffer entries = ByteBuffer.allocate(12 * documents.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int[] document : documents) {
            entries.putLong(document[0]).putInt(document[1]);
        }
        MemorySegment index = MemorySegment.ofArray(entries.array());
        return new TokenSplit(manifest, Split.TRAIN, part, shards, index, Optional.empty());
    }
}
