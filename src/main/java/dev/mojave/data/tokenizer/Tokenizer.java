package dev.mojave.data.tokenizer;

import dev.mojave.base.Promised;
import java.util.OptionalInt;

/**
 * A reversible map from text to token ids in {@code [0, vocabSize)}.
 *
 * <p>The end-of-text id separates documents. It has no text: {@link #encode} never returns it, {@link #decode} skips it, and its
 * {@link #byteLength} is 0. {@link TokenizerFile} documents how tokenizer files differ. Implementations are safe for use by several
 * threads.
 */
@Promised
public sealed interface Tokenizer
        permits CharTokenizer, ByteTokenizer, BytePairTokenizer, TokenizerFile, LimitedTokenizer {
    /** Returns {@code char}, {@code byte}, {@code gpt2} or {@code tokenizer.json}. */
    String kind();

    /** Returns the number of ids, the separator included. */
    int vocabSize();

    /** Returns the id that separates documents, if this tokenizer has one. */
    OptionalInt endOfText();

    /**
     * Encodes text.
     *
     * @throws dev.mojave.base.Failure of kind DATA if the text has a character that the vocabulary lacks
     */
    int[] encode(String text);

    /**
     * Encodes text as {@link #encode} does, and also returns the number of bytes that each id covers.
     *
     * @throws dev.mojave.base.Failure as {@link #encode}
     */
    EncodedText encodeText(String text);

    /**
     * Decodes ids; bytes that are not UTF-8 (such as a character that is cut off at either end of {@code ids}) become U+FFFD.
     *
     * @throws IllegalArgumentException for an id outside the vocabulary
     */
    String decode(int... ids);

    /** Returns a decoder that accepts one id at a time and never returns a part of a character. */
    default StreamDecoder streamDecoder() {
        return streamDecoderAfter();
    }

    /**
     * Returns a decoder that continues after ids whose text is known, such as those of a prompt. Many tokenizers write a space between
     * two tokens that is part of neither; the decoder's text then begins with that space.
     *
     * @param before the ids before those that will be added
     * @throws IllegalArgumentException for an id outside the vocabulary
     */
    StreamDecoder streamDecoderAfter(int... before);

    /**
     * Returns the number of UTF-8 bytes in the spelling of an id. For {@code char}, {@code byte} and {@code gpt2} that is the number of
     * bytes of text that the id covers; a tokenizer file may drop, change and add text, so for it only {@link #encodeText} determines
     * that number.
     */
    int byteLength(int id);

    /** Returns the content of {@code tokenizer.json}, which {@link Tokenizers#fromJson} reads back. */
    String toJson();
}
