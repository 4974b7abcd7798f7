package dev.mojave.data.tokenizer;

import dev.mojave.base.Promised;

/**
 * Turns ids into text as they arrive. Text is handed out once no later id can change it: bytes of an unfinished UTF-8 character wait for
 * the next id.
 *
 * <p>All that {@link #add} and {@link #finish} return, joined, equals {@link Tokenizer#decode} of all ids. Of a decoder that goes on behind
 * other ids ({@link Tokenizer#streamDecoderAfter}), it equals what decoding those and the new ones together gives, from the first
 * character on in which this differs from decoding those alone. Mostly that is all of it less the text before; where the new ids change
 * how the text before ends (bytes that spoil a character, a decoder that joins "n" and "'t"), it begins with what was changed.
 */
@Promised
public interface StreamDecoder {
    /** Takes the next id and returns the text that is now complete, possibly empty. */
    String add(int id);

    /** Ends the stream and returns what was held back; an unfinished character becomes U+FFFD. */
    String finish();
}
