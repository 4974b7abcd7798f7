package dev.mojave.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.vocabulary.EndOfText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every byte of a text belongs to one of its ids, whatever a tokenizer drops, changes and adds. */
class EncodedTextTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/tokenizers");

    /** Words of one letter, an unknown token, and end-of-word marks as in CLIP and GPT-1. */
    private static final String END_OF_WORD = """
            {"version": "1.0", "pre_tokenizer": {"type": "Whitespace"}, "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
             "model": {"type": "BPE", "unk_token": "<unk>", "end_of_word_suffix": "</w>",
              "vocab": {"<unk>": 0, "a": 1, "b": 2, "a</w>": 3, "b</w>": 4, "ab</w>": 5}, "merges": ["a b</w>"]}}
            """;

    private static int[] bytes(Tokenizer tokenizer, String text) {
        EncodedText encoded = tokenizer.encodeText(text);
        assertThat(encoded.ids()).isEqualTo(tokenizer.encode(text));
        return IntStream.range(0, encoded.ids().length).map(encoded::bytes).toArray();
    }

    private static String decoded(Tokenizer tokenizer, String text) {
        return String.join(
                "|",
                IntStream.of(tokenizer.encode(text)).mapToObj(tokenizer::decode).toList());
    }

    private static Tokenizer golden(String name) {
        return Tokenizers.read(GOLDEN.resolve(name + ".json"));
    }

    private static Tokenizer open(String name) throws Exception {
        return switch (name) {
            case "sentence_piece" -> Tokenizers.fromJson(TokenizerFiles.sentencePiece());
            case "end_of_word" -> Tokenizers.fromJson(END_OF_WORD);
            case "byte" -> new ByteTokenizer(true);
            case "gpt2" -> BytePairTokenizer.gpt2();
            case "library" -> {
                String json = Files.readString(GOLDEN.resolve("byte_level.json"));
                yield TokenizerFile.of(json, Json.tree(json), new EndOfText.Guessed(), "byte_level.json");
            }
            case "prefixed" ->
                Tokenizers.fromJson(Files.readString(GOLDEN.resolve("byte_level.json"))
                        .replace("\"add_prefix_space\":false", "\"add_prefix_space\":true"));
            default -> golden(name);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "word_piece",
                "unigram",
                "byte_level",
                "prefixed",
                "library",
                "sentence_piece",
                "end_of_word",
                "byte",
                "gpt2"
            })
    void theBytesOfATextAreCountedOnce(String name) throws Exception {
        Tokenizer tokenizer = open(name);
        long seed = 77_012;
        Random random = new Random(seed);
        for (int trial = 0; trial < 300; trial++) {
            String text = RandomText.of(random, 1 + random.nextInt(60)) + "</s><|endoftext|>  a\u00e9 ";
            int[] bytes = bytes(tokenizer, text);
            assertThat(bytes).as("seed %d, trial %d: %s", seed, trial, text).isNotEmpty();
            assertThat(IntStream.of(bytes)).as(text).allMatch(n -> n >= 0);
            assertThat(IntStream.of(bytes).sum())
                    .as("seed %d, trial %d: %s", seed, trial, text)
                    .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    /**
     * Spaces count towards the word after them, and those at the end towards the last word; accents and case that the file drops make no
     * difference.
     */
    @Test
    void wordPieceCountsTheSpacesThatItDrops() {
        Tokenizer tokenizer = golden("word_piece");
        assertThat(decoded(tokenizer, "The carr\u00e9   river. ")).isEqualTo("the|carr|##e|river|.");
        assertThat(bytes(tokenizer, "The carr\u00e9   river. ")).containsExactly(3, 5, 2, 8, 2);
    }

    @Test
    void anUnknownWordHasItsBytes() {
        Tokenizer tokenizer = golden("word_piece");
        assertThat(bytes(tokenizer, "the \u0416\u0416\u0416 the")).containsExactly(3, 7, 4);
        assertThat(bytes(open0(END_OF_WORD), "\u00e9\u00e9 ab")).endsWith(3);
    }

    private static Tokenizer open0(String json) {
        return Tokenizers.fromJson(json);
    }

    @Test
    void endOfWordMarksDoNotCount() {
        Tokenizer tokenizer = open0(END_OF_WORD);
        assertThat(tokenizer.encode("ab a b")).containsExactly(5, 3, 4);
        assertThat(bytes(tokenizer, "ab a b")).containsExactly(2, 2, 2);
    }

    /** The leading space is not in the text, and all bytes of a character count towards the first of its ids. */
    @Test
    void sentencePieceCountsNoSpaceOfItsOwn() {
        // The library reports that the space it inserted ends where the "a" does.
        assertThat(decoded(golden("unigram"), "a")).isEqualTo("|a");
        assertThat(bytes(golden("unigram"), "a")).containsExactly(1, 0);
        Tokenizer fallback = open0(TokenizerFiles.sentencePiece());
        assertThat(fallback.encode("H\u20ac")).hasSize(4);
        assertThat(bytes(fallback, "H\u20ac")).containsExactly(1, 3, 0, 0);
    }

    @Test
    void ourByteLevelEncoderCountsPartsOfCharactersAndAddedTokens() throws Exception {
        Tokenizer tokenizer = golden("byte_level");
        assertThat(bytes(tokenizer, "\u20ac")).containsExactly(1, 1, 1);
        int end = tokenizer.endOfText().orElseThrow();
        assertThat(tokenizer.encode("a<|endoftext|>b")).contains(end);
        assertThat(bytes(tokenizer, "a<|endoftext|>b")).containsExactly(1, 13, 1);
        Tokenizer prefixed = open("prefixed");
        assertThat(IntStream.of(bytes(prefixed, "a<|endoftext|>b")).sum()).isEqualTo(15);
        assertThat(prefixed.encode("\n")).hasSize(2);
        assertThat(bytes(prefixed, "\n")).containsExactly(0, 1);
    }

    @Test
    void aTextWithoutIdsHasNone() {
        assertThat(bytes(golden("word_piece"), "  \n")).isEmpty();
        assertThat(bytes(golden("word_piece"), "")).isEmpty();
    }

    /** This also holds if the library reports no ends, ends out of order or ends beyond the text. */
    @Test
    void endsOnlyGrowAndStopAtTheText() {
        EncodedText encoded =
                EncodedText.ofCharacters(new int[] {7, 8, 9, 7}, new int[] {2, -1, 1, 99}, "\u00e9\uD83C\uDF32b ");
        assertThat(IntStream.range(0, 4).map(encoded::end)).containsExactly(6, 6, 6, 8);
        assertThat(EncodedText.ofCharacters(new int[] {1}, new int[] {0}, "abc").bytes(0))
                .isEqualTo(3);
    }
}
