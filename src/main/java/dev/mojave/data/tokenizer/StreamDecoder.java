package dev.mojave.data.tokenizer;

import dev.mojave.base.Promised;

/**
 * Turns ids into text as they arrive. Text is handed out once it is whole: bytes of an unfinished UTF-8 character wait for
 * the next id. All that {@link #add} and {@link #finish} return, joined, equals {@link Tokenizer#decode} of all ids.
 */
@Promised
public interface StreamDecoder {
    /** Takes the next id and returns the text that is now complete, possibly empty. */
    String add(int id);

    /** Ends the stream and returns what was held back; an unfinished character becomes U+FFFD. */
    String finish();
}
