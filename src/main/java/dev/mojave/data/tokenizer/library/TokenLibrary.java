package dev.mojave.data.tokenizer.library;

import tools.jackson.databind.JsonNode;

/** Hugging Face's library with one tokenizer: in this process, or in one of its own. */
public sealed interface TokenLibrary extends AutoCloseable permits InProcessLibrary, OutOfProcessLibrary {
    /**
     * Ids of a text.
     *
     * @param ids in order
     * @param ends code points of the text in front of the end of each, -1 where the library does not say
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Tokens(long[] ids, int[] ends) {}

    /**
     * Opens a file whose parts have been looked at. Only what is known to be harmless runs in this process: over other patterns the library
     * may end it.
     *
     * @throws dev.mojave.base.Failure of kind DATA if it is not a tokenizer, ENVIRONMENT if the library cannot be loaded
     */
    static TokenLibrary open(String json, JsonNode root, String place) {
        return KnownParts.all(root) ? InProcessLibrary.open(json, place) : new OutOfProcessLibrary(json, root, place);
    }

    /** Encodes a text. */
    Tokens encode(String text);

    /** Decodes ids, special tokens left out. */
    String decode(int... ids);

    @Override
    void close();
}
