package dev.mojave.data.tokenizer;

import java.util.Arrays;

/**
 * Stream decoder for tokenizers whose tokens have their text only beside others. Each new token is decoded together with those before it on
 * which its text depends: the last one handed out, and as many in front of that as it takes for some text, because decoders treat the
 * beginning of a text in their own way. A run of bytes is handed out when it has ended: one that is not UTF-8 is replaced as a whole.
 */
final class ContextualStreamDecoder implements StreamDecoder {
    private final Tokenizer tokenizer;
    private final DecodingContext seams;
    /** What the next token's text depends on, and behind it what has not been handed out. */
    private int[] ids;

    private int spoken;
    /** The text of the ids that have been handed out. */
    private String before;

    ContextualStreamDecoder(Tokenizer tokenizer, DecodingContext seams, int... before) {
        this.tokenizer = tokenizer;
        this.seams = seams;
        String text = decode(before);
        this.ids = Arrays.stream(before).filter(seams::hasText).toArray();
        this.spoken = ids.length;
        this.before = text;
    }

    private String decode(int... some) {
        return some.length == 0 ? "" : tokenizer.decode(some);
    }

    @Override
    public String add(int id) {
        tokenizer.byteLength(id); // refuses what is outside the vocabulary
        if (!seams.hasText(id)) {
            return "";
        }
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = id;
        if (!seams.isLocal() || seams.isByte(id)) {
            return "";
        }
        String all = decode(ids);
        String text = DecodingContext.changedTail(before, all);
        int[] latest = Arrays.copyOfRange(ids, spoken, ids.length);
        String alone = decode(latest);
        ids = alone.isEmpty() ? ids : latest;
        before = alone.isEmpty() ? all : alone;
        spoken = ids.length;
        return text;
    }

    @Override
    public String finish() {
        String rest = ids.length == spoken ? "" : DecodingContext.changedTail(before, decode(ids));
        ids = new int[0];
        spoken = 0;
        before = "";
        return rest;
    }
}
