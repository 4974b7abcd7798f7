package dev.mojave.data.tokenizer;

import dev.mojave.base.Failure;
import dev.mojave.base.files.WholeText;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.library.AddedTokenProbe;
import dev.mojave.data.tokenizer.library.KnownParts;
import dev.mojave.data.tokenizer.library.OutOfProcessLibrary;
import dev.mojave.data.tokenizer.library.PlainJson;
import dev.mojave.data.tokenizer.library.TokenLibrary;
import dev.mojave.data.tokenizer.library.TokenizerParts;
import dev.mojave.data.tokenizer.vocabulary.AddedTokenIds;
import dev.mojave.data.tokenizer.vocabulary.EndOfText;
import dev.mojave.data.tokenizer.vocabulary.Vocabulary;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Hugging Face {@code tokenizer.json}, run by Hugging Face's own library without truncation, padding or added special tokens; in a
 * separate process if the file has parts that might crash the library ({@link OutOfProcessLibrary}).
 *
 * <p>Three differences from Mojave's own tokenizers follow from the format. Text that spells an added token (such as
 * {@code <|endoftext|>}) becomes that token. If the file normalises text (lower case, stripped accents), decoding returns the normalised
 * text. {@link #byteLength} is the length of the token's own spelling, without spaces that the tokenizer dropped and with marks
 * that it added; {@link #encodeText} returns the bytes of the text.
 */
public final class TokenizerFile implements Tokenizer {
    static final String KIND = "tokenizer.json";

    private final String json;
    private final TokenLibrary library;
    /** For texts that are too long to be encoded in this process. */
    private final Supplier<TokenLibrary> elsewhere;

    private final Vocabulary vocabulary;
    private final DecodingContext seams;
    private final String place;

    private TokenizerFile(
            String json,
            TokenLibrary library,
            Supplier<TokenLibrary> elsewhere,
            Vocabulary vocabulary,
            DecodingContext seams,
            String place) {
        this.json = json;
        this.library = library;
        this.elsewhere = elsewhere;
        this.vocabulary = vocabulary;
        this.seams = seams;
        this.place = place;
    }

    /**
     * Creates a tokenizer from the content of a {@code tokenizer.json}.
     *
     * @param root the content, parsed
     * @param end how the end-of-text token is chosen
     * @param place name of the file in messages
     * @throws Failure of kind DATA if the content is not a tokenizer, or the library assigns other ids than the file; ENVIRONMENT if the
     *     native library cannot be loaded
     */
    public static TokenizerFile of(String json, JsonNode root, EndOfText end, String place) {
        Vocabulary vocabulary = Vocabulary.of(root, end, place);
        PlainJson.require(root, place);
        TokenizerParts.require(root, place);
        AddedTokenIds.renumbered(root, place).ifPresent(token -> {
            throw Failure.data(
                    "%s: the added token '%s' has the id %d, but Hugging Face's library, which this kind of file"
                            + " needs, assigns it the id %d; give added tokens the ids that follow the"
                            + " vocabulary's, without gaps",
                    place, token.content(), token.id(), token.library());
        });
        AddedTokenProbe.require(root, place);
        String plain = withoutPostProcessor(root);
        return new TokenizerFile(
                json,
                TokenLibrary.open(plain, root, place),
                () -> new OutOfProcessLibrary(plain, root, place),
                vocabulary,
                DecodingContext.of(root),
                place);
    }

    /**
     * Removes the post-processor: it adds special tokens, which are not wanted here, and otherwise only trims spaces from the offsets of
     * tokens.
     */
    private static String withoutPostProcessor(JsonNode root) {
        ObjectNode plain = ((ObjectNode) root).deepCopy();
        return Json.line(plain.putNull("post_processor"));
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

    /** Returns the content of the end-of-text token, if it was named. */
    Optional<String> namedEnd() {
        return vocabulary.namedEnd();
    }

    /** Returns the id of the unknown token, if there is one. */
    OptionalInt unknown() {
        return vocabulary.unknown();
    }

    /**
     * {@inheritDoc}
     *
     * @throws Failure of kind DATA if the file is inconsistent, so that the library cannot encode the text
     */
    @Override
    public int[] encode(String text) {
        return ids(tokens(text).ids());
    }

    @Override
    public EncodedText encodeText(String text) {
        TokenLibrary.Tokens tokens = tokens(text);
        return EncodedText.ofCharacters(ids(tokens.ids()), tokens.ends(), text);
    }

    private TokenLibrary.Tokens tokens(String text) {
        boolean longer = text.length() > KnownParts.LONGEST_TEXT;
        return run(() -> (longer ? elsewhere.get() : library).encode(WholeText.of(text)));
    }

    private int[] ids(long... ids) {
        for (long id : ids) {
            if (id >= vocabulary.size()) {
                throw Failure.data(
                        "%s encodes text as the id %d, but its largest token id is %d",
                        place, id, vocabulary.size() - 1);
            }
        }
        return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }

    private <T> T run(Supplier<T> call) {
        try {
            return call.get();
        } catch (Failure e) {
            throw e;
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
            return run(() -> library.decode(ids));
        }
        return vocabulary.text(ids);
    }

    @Override
    public StreamDecoder streamDecoderAfter(int... before) {
        return vocabulary.byteLevel()
                ? new Utf8StreamDecoder(vocabulary::bytes, before)
                : new ContextualStreamDecoder(this, seams, before);
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
