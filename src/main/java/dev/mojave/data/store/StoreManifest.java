package dev.mojave.data.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The content of a token store's {@code manifest.json}.
 *
 * @param version of the format
 * @param source what the store was made of, as the recipe named it
 * @param sourceSha256 checksum of the source's content
 * @param tokenizer kind of the tokenizer, whose file lies beside
 * @param vocabSize ids are below this
 * @param tokenBytes 2 (uint16) or 4 (uint32), little-endian
 * @param shardTokens tokens in every shard of a split but its last
 * @param unigramEntropy entropy of the training split's token frequencies, in nats; 0 for an empty split
 * @param categories names by category number; number 0 is "", no category
 * @param endOfText the token of the tokenizer file that ends documents, where the file itself does not say; else absent (null)
 * @param tokenizerFile {@code tokenizer.json}
 * @param splits the parts by {@link Split#key}
 */
public record StoreManifest(
        int version,
        String source,
        String sourceSha256,
        String tokenizer,
        int vocabSize,
        int tokenBytes,
        long shardTokens,
        double unigramEntropy,
        List<String> categories,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String endOfText,
        StoredFile tokenizerFile,
        Map<String, Part> splits) {
    static final int VERSION = 1;
    static final String FILE = "manifest.json";

    /** Copies the lists. */
    public StoreManifest {
        categories = List.copyOf(categories);
        splits = Map.copyOf(splits);
    }

    /** Returns the number of tokens of a split. */
    public long tokens(Split split) {
        Part part = splits.get(split.key());
        return part == null ? 0 : part.tokens();
    }

    /**
     * One split.
     *
     * @param tokens separators included
     * @param documents pieces of documents that are in this split
     * @param bytes UTF-8 bytes of the text
     * @param words runs of characters that are not white space
     * @param shards token ids, in order
     * @param index per document its first token (int64) and category (int32), little-endian
     * @param lengths per token the bytes of text that it stands for (uint16, little-endian); absent (null) where these are the bytes of its
     *     spelling
     */
    record Part(
            long tokens,
            long documents,
            long bytes,
            long words,
            List<StoredFile> shards,
            StoredFile index,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            StoredFile lengths) {
        Part {
            shards = List.copyOf(shards);
        }

        /** Returns all files of the split. */
        List<StoredFile> files() {
            return Stream.concat(shards.stream(), Stream.of(index, lengths))
                    .filter(Objects::nonNull)
                    .toList();
        }
    }

    /**
     * A file of the store.
     *
     * @param file its name in the store's folder
     * @param bytes its size
     * @param sha256 its checksum
     */
    record StoredFile(String file, long bytes, String sha256) {}
}
