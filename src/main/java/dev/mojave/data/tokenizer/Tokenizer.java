package dev.mojave.data.tokenizer;

import dev.mojave.base.Promised;
import java.util.OptionalInt;

/**
 * A reversible map from text to token ids in {@code [0, vocabSize)}.
 *
 * <p>The end-of-text id separates documents. It stands for no text: {@link #encode} does not make it, {@link #decode} leaves it
 * out, and its {@link #byteLength} is 0. {@link TokenizerFile} says where a tokenizer file differs. Implementations are safe for use by several threads.
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
     * Encodes text as {@link #encode} does and says which of its bytes each id stands for.
     *
     * @throws dev.mojave.base.Failure as {@link #encode}
     */
    EncodedText encodeText(String text);

    /**
     * Decodes ids; bytes that are not UTF-8 (a character cut by the ends of {@code ids}) become U+FFFD.
     *
     * @throws IllegalArgumentException for an id outside the vocabulary
     */
    String decode(int... ids);

    /** Returns a decoder that takes one id at a time and never hands out half of a character. */
    default StreamDecoder streamDecoder() {
        return streamDecoderAfter();
    }

    /**
     * Returns a decoder that goes on behind ids whose text is known, such as a prompt's. Many tokenizers write a space between two tokens
     * that is part of neither: what it hands out begins with that space.
     *
     * @param before ids in front of those that will be added
     * @throws IllegalArgumentException for an id outside the vocabulary
     */
    StreamDecoder streamDecoderAfter(int... before);

    /**
     * Returns how many UTF-8 bytes the spelling of an id has. For {@code char}, {@code byte} and {@code gpt2} these are the bytes of text
     * that the id stands for; a tokenizer file may drop, change and add text, so there only {@link #encodeText} knows those.
     */
    int byteLength(int id);

    /** Returns the content of {@code tokenizer.json}, which {@link Tokenizers#fromJson} reads back. */
    String toJson();
}
