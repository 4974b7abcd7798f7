package dev.mojave.data.tokenizer;

import java.util.Arrays;

/**
 * Stream decoder for tokenizers in which the text of a token depends on its neighbours. Each new token is decoded together with the
 * tokens before it on which its text depends: the last one whose text was returned, and as many before that as yield some text, because
 * decoders treat the beginning of a text differently. A run of byte tokens is returned when it has ended, because a run that is not UTF-8
 * is replaced as a whole.
 */
final class ContextualStreamDecoder implements StreamDecoder {
    private final Tokenizer tokenizer;
    private final DecodingContext seams;
    /** The ids on which the text of the next token depends, followed by those whose text has not been returned yet. */
    private int[] ids;

    private int emitted;
    /** The text of the first {@code emitted} ids. */
    private String before;

    ContextualStreamDecoder(Tokenizer tokenizer, DecodingContext seams, int... before) {
        this.tokenizer = tokenizer;
        this.seams = seams;
        String text = decode(before);
        this.ids = Arrays.stream(before).filter(seams::hasText).toArray();
        this.emitted = ids.length;
        this.before = text;
    }

    private String decode(int... some) {
        return some.length == 0 ? "" : tokenizer.decode(some);
    }

    @Override
    public String add(int id) {
        tokenizer.byteLength(id); // throws for an id outside the vocabulary
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
        int[] latest = Arrays.copyOfRange(ids, emitted, ids.length);
        String alone = decode(latest);
        ids = alone.isEmpty() ? ids : latest;
        before = alone.isEmpty() ? all : alone;
        emitted = ids.length;
        return text;
    }

    @Override
    public String finish() {
        String rest = ids.length == emitted ? "" : DecodingContext.changedTail(before, decode(ids));
        ids = new int[0];
        emitted = 0;
        before = "";
        return rest;
    }
}
