package dev.mojave.data.store;

import dev.mojave.base.Check;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/** The token ids of one split, mapped into memory and read-only. Safe for use by several threads until its store is closed. */
public final class TokenSplit {
    private static final ValueLayout.OfShort UINT16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt UINT32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong INT64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ENTRY = 12;

    private final StoreManifest manifest;
    private final Split split;
    private final StoreManifest.Part part;
    private final List<MemorySegment> shards;
    private final MemorySegment index;
    private final Optional<MemorySegment> lengths;

    TokenSplit(
            StoreManifest manifest,
            Split split,
            StoreManifest.Part part,
            List<MemorySegment> shards,
            MemorySegment index,
            Optional<MemorySegment> lengths) {
        this.manifest = manifest;
        this.split = split;
        this.part = part;
        this.shards = List.copyOf(shards);
        this.index = index;
        this.lengths = lengths;
    }

    /** Returns {@code train}, {@code validation} or {@code test}. */
    public String name() {
        return split.key();
    }

    /** Returns the name of the store's source, as in the recipe. */
    public String source() {
        return manifest.source();
    }

    /** Returns the number of tokens, separators included. */
    public long tokens() {
        return part.tokens();
    }

    /** Returns the number of documents; a document that is cut counts in both of its splits. */
    public long documents() {
        return part.documents();
    }

    /** Returns the UTF-8 bytes of the text. */
    public long bytes() {
        return part.bytes();
    }

    /** Returns the number of words: runs of characters other than white space. */
    public long words() {
        return part.words();
    }

    /** Returns the id at a position. */
    public int token(long position) {
        int[] one = new int[1];
        read(position, one);
        return one[0];
    }

    /** Fills an array with the ids from {@code start} on. */
    public void read(long start, int[] target) {
        Check.that(
                start >= 0 && start + target.length <= tokens(),
                "tokens %d to %d are outside the %d tokens of the %s split",
                start,
                start + target.length,
                tokens(),
                name());
        long perShard = manifest.shardTokens();
        int done = 0;
        while (done < target.length) {
            long position = start + done;
            long inShard = position % perShard;
            int count = (int) Math.min(target.length - done, perShard - inShard);
            MemorySegment shard = shards.get((int) (position / perShard));
            if (manifest.tokenBytes() == 2) {
                for (int i = 0; i < count; i++) {
                    target[done + i] = Short.toUnsignedInt(shard.getAtIndex(UINT16, inShard + i));
                }
            } else {
                for (int i = 0; i < count; i++) {
                    target[done + i] = shard.getAtIndex(UINT32, inShard + i);
                }
            }
            done += count;
        }
    }

    /**
     * Returns the number of UTF-8 bytes of the encoded text that consecutive tokens cover: those from the end of the token before the
     * first to the end of the last, as {@link dev.mojave.data.tokenizer.EncodedText} counts them. A separator covers none, except those
     * of text before it that no token covers. Together, all tokens cover the whole text, except for such text at the very end.
     *
     * @param start position of the first token
     * @param count number of tokens
     * @param spelled number of bytes in the spelling of an id, for stores whose tokens cover exactly these
     */
    public long bytes(long start, int count, IntUnaryOperator spelled) {
        long bytes = 0;
        if (lengths.isPresent()) {
            for (long position = start; position < start + count; position++) {
                bytes += Short.toUnsignedInt(lengths.get().getAtIndex(UINT16, position));
            }
            return bytes;
        }
        int[] ids = new int[count];
        read(start, ids);
        for (int id : ids) {
            bytes += spelled.applyAsInt(id);
        }
        return bytes;
    }

    /** Returns the number, from 0, of the document at a position; a separator belongs to the document before it. */
    public long document(long position) {
        Check.that(
                position >= 0 && position < tokens(),
                "token %d is outside the %d tokens of the %s split",
                position,
                tokens(),
                name());
        long low = 0;
        long high = documents() - 1;
        while (low < high) {
            long middle = (low + high + 1) >>> 1;
            if (documentStart(middle) <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Returns the position of a document's first token. */
    public long documentStart(long document) {
        return index.get(INT64, document * ENTRY);
    }

    /** Returns the position after a document's last token, its separator included. */
    public long documentEnd(long document) {
        return document + 1 < documents() ? documentStart(document + 1) : tokens();
    }

    /** Returns the category of the text at a position, empty if it has none. */
    public String category(long position) {
        return manifest.categories().get(index.get(UINT32, document(position) * ENTRY + Long.BYTES));
    }

    /**
     * Fills an array with the categories of the tokens from {@code start} on: 1 + the index in {@code names}, 0 for other categories and
     * beyond the end. A separator has the category of the document before it.
     */
    public void readCategories(long start, List<String> names, int[] target) {
        int[] numbers = manifest.categories().stream()
                .mapToInt(name -> names.indexOf(name) + 1)
                .toArray();
        long document = document(start);
        long next = documentEnd(document);
        for (int i = 0; i < target.length; i++) {
            long position = start + i;
            if (position >= tokens()) {
                target[i] = 0;
                continue;
            }
            while (position >= next) {
                document++;
                next = documentEnd(document);
            }
            target[i] = numbers[index.get(UINT32, document * ENTRY + Long.BYTES)];
        }
    }
}
