package dev.mojave.data;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A split that was never on disk. */
final class MemorySplit {
    private MemorySplit() {}

    static TokenSplit of(int shardTokens, int... ids) {
        List<MemorySegment> shards = new ArrayList<>();
        for (int from = 0; from < ids.length; from += shardTokens) {
            ByteBuffer shard = ByteBuffer.allocate(2 * shardTokens).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = from; i < Math.min(ids.length, from + shardTokens); i++) {
                shard.putShort((short) ids[i]);
            }
            shards.add(MemorySegment.ofArray(shard.array()));
        }
        StoreManifest.StoredFile none = new StoreManifest.StoredFile("none", 0, "");
        StoreManifest.Part part = new StoreManifest.Part(ids.length, 1, ids.length, 1, List.of(), none);
        StoreManifest manifest = new StoreManifest(
                1, "memory", "", "byte", 257, 2, shardTokens, 0, List.of(""), none, Map.of("train", part));
        MemorySegment index = MemorySegment.ofArray(new byte[12]);
        return new TokenSplit(manifest, Split.TRAIN, part, shards, index);
    }
}
