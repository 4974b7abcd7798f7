package dev.mojave.data.tokenizer.library;

import tools.jackson.databind.JsonNode;

/** One tokenizer in Hugging Face's library, in this process or in a separate one. */
public sealed interface TokenLibrary extends AutoCloseable permits InProcessLibrary, OutOfProcessLibrary {
    /**
     * The encoding of a text.
     *
     * @param ids the ids in order
     * @param ends number of code points of the text before the end of each id; -1 if the library does not report it
     */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record Tokens(long[] ids, int[] ends) {}

    /**
     * Opens a file whose parts have been checked. Only parts that are known to be safe run in this process; over other patterns the
     * library may abort it.
     *
     * @throws dev.mojave.base.Failure of kind DATA if it is not a tokenizer, ENVIRONMENT if the library cannot be loaded
     */
    static TokenLibrary open(String json, JsonNode root, String place) {
        return KnownParts.all(root) ? InProcessLibrary.open(json, place) : new OutOfProcessLibrary(json, root, place);
    }

    /** Encodes a text. */
    Tokens encode(String text);

    /** Decodes ids, skipping special tokens. */
    String decode(int... ids);

    @Override
    void close();
}
