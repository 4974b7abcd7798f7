package dev.mojave.data.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.mojave.base.Failure;
import dev.mojave.base.MojaveHome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * A Hugging Face {@code tokenizer.json}, run by Hugging Face's own library without truncation, padding or added special tokens.
 *
 * <p>Three differences from our tokenizers follow from the format. Text that spells an added token (such as
 * {@code <|endoftext|>}) becomes that token. Where the file normalises text (lower case, stripped accents), decoding gives the
 * normalised text. Where it does not work on bytes, {@link #byteLength} is the length of the token's own spelling, which is
 * exact only for SentencePiece-like files up to the space that they put in front of a text.
 */
public final class TokenizerFile implements Tokenizer {
    static final String KIND = "tokenizer.json";

    private final String json;
    private final HuggingFaceTokenizer library;
    private final Vocabulary vocabulary;
    private final TokenSeams seams;
    private final String place;

    private TokenizerFile(
            String json, HuggingFaceTokenizer library, Vocabulary vocabulary, TokenSeams seams, String place) {
        this.json = json;
        this.library = library;
        this.vocabulary = vocabulary;
        this.seams = seams;
        this.place = place;
    }

    /**
     * Makes the tokenizer of the content of a {@code tokenizer.json}.
     *
     * @param root the content, parsed
     * @param place what to call it in messages: the file
     * @throws Failure of kind DATA if the content is not a tokenizer, ENVIRONMENT if the native library cannot be loaded
     */
    static TokenizerFile of(String json, JsonNode root, String place) {
        Vocabulary vocabulary = Vocabulary.of(root, place);
        PlainJson.require(root, place);
        TokenizerParts.require(root, place);
        AddedTokenProbe.require(root, place);
        return new TokenizerFile(json, load(json, place), vocabulary, TokenSeams.of(root), place);
    }

    static HuggingFaceTokenizer load(String json, String place) {
        // The library unpacks its native code into a cache; it must not look anything up on the network.
        preset("DJL_CACHE_DIR", MojaveHome.path().resolve("native").toString());
        preset("ai.djl.offline", "true");
        preset("OPT_OUT_TRACKING", "true");
        Map<String, String> options = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
        try {
            return HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), options);
        } catch (UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError | IllegalStateException e) {
            throw Failure.environment(
                            "the native library for tokenizer.json files cannot be loaded on this machine (%s);"
                                    + " use data.tokenizer: gpt2, byte, char or a byte-level BPE file, which need none",
                            String.valueOf(e.getMessage() == null ? e.getCause() : e.getMessage()))
                    .because(e);
        } catch (IOException | RuntimeException e) {
            throw Failure.data("%s is not a Hugging Face tokenizer: %s", place, String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    private static void preset(String property, String value) {
        if (System.getProperty(property) == null && System.getenv(property) == null) {
            System.setProperty(property, value);
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public int vocabSize() {
        return vocabulary.size();
    }

    @Override
    public OptionalInt endOfText() {
        return vocabulary.endOfText();
    }

    /** Returns the id that stands for what the vocabulary lacks, if there is one. */
    OptionalInt unknown() {
        return vocabulary.unknown();
    }

    /**
     * {@inheritDoc}
     *
     * @throws Failure of kind DATA if the file contradicts itself, so that its library cannot encode the text
     */
    @Override
    public int[] encode(String text) {
        long[] ids = run(() -> library.encode(text, false, false).getIds());
        for (long id : ids) {
            if (id >= vocabulary.size()) {
                throw Failure.data(
                        "%s encodes text as %d, but its largest token id is %d", place, id, vocabulary.size() - 1);
            }
        }
        return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }

    private <T> T run(Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            throw Failure.data("%s cannot be used as a tokenizer: %s", place, String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    @Override
    public String decode(int... ids) {
        for (int id : ids) {
            vocabulary.check(id);
        }
        if (!vocabulary.byteLevel()) {
            return run(() -> library.decode(IntStream.of(ids).asLongStream().toArray(), true));
        }
        return vocabulary.text(ids);
    }

    @Override
    public StreamDecoder streamDecoderAfter(int... before) {
        return vocabulary.byteLevel()
                ? new Utf8StreamDecoder(vocabulary::bytes, before)
                : new SeamDecoder(this, seams, before);
    }

    @Override
    public int byteLength(int id) {
        return vocabulary.bytes(id).length;
    }

    @Override
    public String toJson() {
        return json;
    }
}
