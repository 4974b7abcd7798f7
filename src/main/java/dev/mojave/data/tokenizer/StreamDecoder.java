package dev.mojave.data.tokenizer;

import dev.mojave.base.Promised;

/**
 * Decodes ids as they arrive. Text is returned as soon as no later id can change it: the bytes of an incomplete UTF-8 character wait for
 * the next id.
 *
 * <p>The concatenated results of {@link #add} and {@link #finish} equal {@link Tokenizer#decode} of all ids. For a decoder that continues
 * after other ids ({@link Tokenizer#streamDecoderAfter}), they equal the text of those and the new ids together, from the first character
 * that differs from the text of the earlier ids alone. Usually that is everything after the earlier text; if the new ids change how the
 * earlier text ends (bytes that invalidate a character, a decoder that joins "n" and "'t"), it begins with the changed part.
 */
@Promised
public interface StreamDecoder {
    /** Adds the next id and returns the text that is now complete, possibly empty. */
    String add(int id);

    /** Ends the stream and returns what was held back; an incomplete character becomes U+FFFD. */
    String finish();
}
