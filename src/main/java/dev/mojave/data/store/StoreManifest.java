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
 * @param version version of the format
 * @param source name of the source, as in the recipe
 * @param sourceSha256 checksum of the source's content
 * @param tokenizer kind of the tokenizer, whose file is in the same folder
 * @param vocabSize number of ids
 * @param tokenBytes bytes per id: 2 (uint16) or 4 (uint32), little-endian
 * @param shardTokens number of tokens in every shard of a split except the last, which may have fewer
 * @param unigramEntropy entropy of the training split's token frequencies, in nats; 0 for an empty split
 * @param categories names by category number; number 0 is the empty name, for documents without a category
 * @param endOfText the token of the tokenizer file that ends documents, if the file itself does not determine it; otherwise null
 * @param tokenizerFile the entry of {@code tokenizer.json}
 * @param splits the splits by {@link Split#key}
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
     * @param tokens number of tokens, separators included
     * @param documents number of documents; a document that is cut counts in both of its splits
     * @param bytes UTF-8 bytes of the text
     * @param words runs of characters other than white space
     * @param shards the files with the token ids, in order
     * @param index the file with the position of the first token (int64) and the category number (int32) of each document, little-endian
     * @param lengths the file with the number of bytes of text that each token covers (uint16, little-endian); null if these are the
     *     lengths of the tokens' spellings
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
