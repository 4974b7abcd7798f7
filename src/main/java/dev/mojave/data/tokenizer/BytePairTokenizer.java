package dev.mojave.data.tokenizer;

import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.bpe.BytePairs;
import dev.mojave.data.tokenizer.bpe.Gpt2Vocabulary;
import dev.mojave.data.tokenizer.bpe.PieceKeys;
import dev.mojave.data.tokenizer.vocabulary.AddedTokens;
import dev.mojave.data.tokenizer.vocabulary.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Byte-level byte-pair encoding with GPT-2's pre-tokenizer, for GPT-2's own vocabulary, trained ones, and every {@code tokenizer.json} of
 * this kind.
 *
 * <p>GPT-2's vocabulary has 50,257 ids, the last of which is {@code <|endoftext|>}; text that spells it is encoded as ordinary
 * text. In a tokenizer file, as in Hugging Face's library, text that spells an added token becomes that token.
 */
public final class BytePairTokenizer implements Tokenizer {
    static final String GPT2 = "gpt2";

    private final @Nullable String json;
    private final Vocabulary vocabulary;
    private final BytePairs pairs;
    private final List<AddedTokens> added;
    private final boolean prefixSpace;
    /** For each id, the number of bytes of text that it covers. */
    private final int[] bytesInText;
    /** Scratch space kept for the next call; concurrent calls create their own. */
    private final AtomicReference<BytePairs.@Nullable Scratch> spare = new AtomicReference<>();

    /**
     * Creates a tokenizer.
     *
     * @param json content of the file that it was read from; null for GPT-2's
     * @param added tokens that are cut out of the text, in rounds: each round searches what the one before left
     * @param prefixSpace whether a space is inserted before text that does not begin with one
     */
    BytePairTokenizer(
            @Nullable String json,
            Vocabulary vocabulary,
            BytePairs pairs,
            List<AddedTokens> added,
            boolean prefixSpace) {
        this.json = json;
        this.vocabulary = vocabulary;
        this.pairs = pairs;
        this.added = List.copyOf(added);
        this.prefixSpace = prefixSpace;
        this.bytesInText = new int[vocabulary.size()];
        Arrays.setAll(bytesInText, id -> vocabulary.bytes(id).length);
        // Text that spells an added token counts as text, even if the token decodes to none.
        for (AddedTokens round : added) {
            for (AddedTokens.Token token : round.tokens()) {
                bytesInText[token.id()] = token.content().getBytes(StandardCharsets.UTF_8).length;
            }
        }
    }

    /** Loads GPT-2's vocabulary on first use and only once: loading takes a moment, and the vocabulary is immutable. */
    private static final class Gpt2 {
        static final BytePairTokenizer INSTANCE = of(Gpt2Vocabulary.load());

        private static BytePairTokenizer of(Gpt2Vocabulary gpt2) {
            return new BytePairTokenizer(null, gpt2.vocabulary(), gpt2.pairs(), List.of(), false);
        }
    }

    /** Returns GPT-2's tokenizer. */
    public static BytePairTokenizer gpt2() {
        return Gpt2.INSTANCE;
    }

    @Override
    public String kind() {
        return json == null ? GPT2 : TokenizerFile.KIND;
    }

    @Override
    public int vocabSize() {
        return vocabulary.size();
    }

    @Override
    public OptionalInt endOfText() {
        return vocabulary.endOfText();
    }

    /** Returns the content of the end-of-text token, if it was named. */
    Optional<String> namedEnd() {
        return vocabulary.namedEnd();
    }

    @Override
    public int[] encode(String text) {
        return encode(text, at -> {});
    }

    private int[] encode(String text, Prefixes prefixes) {
        BytePairs.Scratch kept = spare.getAndSet(null);
        BytePairs.Scratch scratch = kept == null ? new BytePairs.Scratch() : kept;
        encode(text, 0, scratch, prefixes);
        int[] ids = scratch.take();
        spare.set(scratch);
        return ids;
    }

    @Override
    public EncodedText encodeText(String text) {
        BitSet prefixed = new BitSet();
        int[] ids = encode(text, prefixed::set);
        int[] lengths = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            // An id that begins with an inserted space covers one byte less than its spelling.
            lengths[i] = bytesInText[ids[i]] - (prefixed.get(i) ? 1 : 0);
        }
        return EncodedText.ofLengths(ids, lengths);
    }

    /** Receives the index of each id that begins with an inserted space, which is not in the text. */
    private interface Prefixes {
        void at(int index);
    }

    private void encode(String text, int round, BytePairs.Scratch scratch, Prefixes prefixes) {
        if (round == added.size()) {
            boolean prefixed = prefixSpace && !text.startsWith(" ");
            if (prefixed) {
                prefixes.at(scratch.size());
            }
            pairs.encode(PieceKeys.padded(prefixed ? " " + text : text), scratch);
            return;
        }
        int from = 0;
        while (from < text.length()) {
            AddedTokens.Match match = added.get(round).find(text, from);
            if (match.start() > from) {
                encode(text.substring(from, match.start()), round + 1, scratch, prefixes);
            }
            if (match.id() >= 0) {
                scratch.add(match.id());
            }
            from = match.end();
        }
    }

    @Override
    public String decode(int... ids) {
        return vocabulary.text(ids);
    }

    @Override
    public StreamDecoder streamDecoderAfter(int... before) {
        return new Utf8StreamDecoder(vocabulary::bytes, before);
    }

    @Override
    public int byteLength(int id) {
        return vocabulary.bytes(id).length;
    }

    @Override
    public String toJson() {
        return json == null ? Json.pretty(new MojaveFormat(GPT2, 1, true, null)) : json;
    }
}
