package dev.mojave.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.tree.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares streams of every family of tokenizers with the text of all ids decoded together. */
class StreamDecoderTest {
    private static final String GOLDEN = "src/test/resources/golden/tokenizers/";
    private static final String REPLACE =
            "{\"type\": \"Replace\", \"pattern\": {\"String\": \"\u2581\"}, \"content\": \" \"}";
    private static final List<String> MARKED =
            List.of("\u2581the", "\u2581quick", "\u2581", ".", "ing", "\u2581\u2581", "\u6f22");

    /** One tokenizer of each family. */
    enum Family {
        BYTES,
        CHARACTERS,
        GPT2,
        BYTE_LEVEL_FILE,
        BYTE_LEVEL_OF_THE_LIBRARY,
        WORD_PIECE,
        UNIGRAM,
        METASPACE_UNIGRAM,
        METASPACE_WITHOUT_FIRST,
        LLAMA_BYTE_FALLBACK,
        GEMMA_BYTE_FALLBACK,
        PLAIN_BYTE_FALLBACK,
        END_OF_WORD,
        WORD_PIECE_WITH_SPECIALS,
        WORDS_WITHOUT_A_DECODER,
        CTC,
        REWRITTEN_WHOLE;

        Tokenizer open() throws Exception {
            return switch (this) {
                case BYTES -> new ByteTokenizer(true);
                case CHARACTERS -> CharTokenizer.of("a b\u00e9\u6f22\ud83d\ude00", true);
                case GPT2 -> BytePairTokenizer.gpt2();
                case BYTE_LEVEL_FILE -> Tokenizers.read(Path.of(GOLDEN, "byte_level.json"));
                case BYTE_LEVEL_OF_THE_LIBRARY ->
                    Tokenizers.fromJson(Files.readString(Path.of(GOLDEN, "byte_level.json"))
                            .replace("\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}"));
                case WORD_PIECE -> Tokenizers.read(Path.of(GOLDEN, "word_piece.json"));
                case UNIGRAM -> Tokenizers.read(Path.of(GOLDEN, "unigram.json"));
                case METASPACE_UNIGRAM -> words(metaspace("always"), MARKED);
                case METASPACE_WITHOUT_FIRST -> words(metaspace("never"), MARKED);
                case LLAMA_BYTE_FALLBACK ->
                    words(
                            sequence(
                                    REPLACE,
                                    type("ByteFallback"),
                                    type("Fuse"),
                                    "{\"type\": \"Strip\", \"content\": \" \", \"start\": 1, \"stop\": 0}"),
                            withBytes());
                case GEMMA_BYTE_FALLBACK -> words(sequence(REPLACE, type("ByteFallback"), type("Fuse")), withBytes());
                case PLAIN_BYTE_FALLBACK -> words(type("ByteFallback"), withBytes());
                case END_OF_WORD ->
                    words(
                            "{\"type\": \"BPEDecoder\", \"suffix\": \"</w>\"}",
                            List.of("the</w>", "qu", "ick</w>", ".</w>", "</w>", "\u6f22"));
                case WORD_PIECE_WITH_SPECIALS ->
                    words(
                            "{\"type\": \"WordPiece\", \"prefix\": \"##\", \"cleanup\": true}",
                            List.of("do", "##ing", "n't", "'", "t", ".", "##", "the", "not"));
                case WORDS_WITHOUT_A_DECODER -> words("null", List.of("the", "quick", "."));
                case CTC ->
                    words(
                            "{\"type\": \"CTC\", \"pad_token\": \"_\", \"word_delimiter_token\": \"|\", \"cleanup\": true}",
                            List.of("a", "b", "|", "_", "."));
                // Joins "n" and "'t" wherever they meet, so the text of no token is certain before the last one has
                // arrived.
                case REWRITTEN_WHOLE ->
                    words(
                            sequence(
                                    REPLACE,
                                    type("Fuse"),
                                    "{\"type\": \"Replace\", \"pattern\": {\"String\": \" n't\"}, \"content\": \"n't\"}"),
                            List.of("do", "\u2581n", "'", "t", "\u2581the"));
            };
        }
    }

    private static String type(String name) {
        return String.format(Locale.ROOT, "{\"type\": \"%s\"}", name);
    }

    private static String metaspace(String scheme) {
        return String.format(
                Locale.ROOT,
                "{\"type\": \"Metaspace\", \"replacement\": \"\u2581\", \"prepend_scheme\": \"%s\", \"split\": true}",
                scheme);
    }

    private static String sequence(String... decoders) {
        return String.format(Locale.ROOT, "{\"type\": \"Sequence\", \"decoders\": [%s]}", String.join(", ", decoders));
    }

    private static List<String> withBytes() {
        List<String> words = new ArrayList<>(MARKED);
        for (int value : new int[] {0x41, 0xc3, 0xa9, 0xe6, 0xbc, 0xa2, 0xf0, 0xff}) {
            words.add(String.format(Locale.ROOT, "<0x%02X>", value));
        }
        return words;
    }

    /** Two special tokens, an added token that is not special, and words between them. */
    private static Tokenizer words(String decoder, List<String> words) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        vocabulary.put("</s>", 0);
        words.forEach(word -> vocabulary.put(word, vocabulary.size()));
        vocabulary.put("<|turn|>", vocabulary.size());
        vocabulary.put("<plain>", vocabulary.size());
        return Tokenizers.fromJson(Json.line(Map.of(
                "version",
                "1.0",
                "added_tokens",
                List.of(
                        added(vocabulary, "</s>", true),
                        added(vocabulary, "<|turn|>", true),
                        added(vocabulary, "<plain>", false)),
                "pre_tokenizer",
                Map.of("type", "WhitespaceSplit"),
                "decoder",
                Json.tree(decoder),
                "model",
                Map.of("type", "WordLevel", "unk_token", "</s>", "vocab", vocabulary))));
    }

    private static Map<String, Object> added(Map<String, Integer> vocabulary, String content, boolean special) {
        return Map.of(
                "id",
                vocabulary.getOrDefault(content, -1),
                "content",
                content,
                "special",
                special,
                "single_word",
                false,
                "lstrip",
                false,
                "rstrip",
                false,
                "normalized",
                false);
    }

    private static List<String> pieces(StreamDecoder decoder, int... ids) {
        List<String> pieces = new ArrayList<>();
        for (int id : ids) {
            pieces.add(decoder.add(id));
        }
        pieces.add(decoder.finish());
        return pieces;
    }

    /** The part of the text of all ids that differs from the text of the first ones, in whole characters. */
    private static String less(String before, String all) {
        int[] first = before.codePoints().toArray();
        int[] whole = all.codePoints().toArray();
        int mismatch = Arrays.mismatch(first, whole);
        int from = mismatch < 0 ? whole.length : mismatch;
        return new String(whole, from, whole.length - from);
    }

    private static int[] draw(Random random, int vocabulary, int most) {
        int[] ids = random.ints(random.nextInt(most + 1), 0, vocabulary).toArray();
        // Small vocabularies are used in full; from large ones also single bytes, which complete and invalidate
        // characters.
        if (vocabulary > 300) {
            for (int i = 0; i < ids.length; i++) {
                ids[i] = random.nextBoolean() ? random.nextInt(260) : ids[i];
            }
        }
        return ids;
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void piecesJoinedAreTheTextOfAllLessThatOfThePrompt(Family family) throws Exception {
        Tokenizer tokenizer = family.open();
        long seed = 20_26_11_30;
        Random random = new Random(seed);
        for (int trial = 0; trial < 600; trial++) {
            int[] prompt = draw(random, tokenizer.vocabSize(), 6);
            int[] ids = draw(random, tokenizer.vocabSize(), 14);
            int[] all =
                    IntStream.concat(IntStream.of(prompt), IntStream.of(ids)).toArray();
            assertThat(String.join("", pieces(tokenizer.streamDecoderAfter(prompt), ids)))
                    .as("seed %d, trial %d: %s then %s", seed, trial, Arrays.toString(prompt), Arrays.toString(ids))
                    .isEqualTo(less(tokenizer.decode(prompt), tokenizer.decode(all)));
            assertThat(String.join("", pieces(tokenizer.streamDecoder(), all)))
                    .as("seed %d, trial %d: %s", seed, trial, Arrays.toString(all))
                    .isEqualTo(tokenizer.decode(all));
        }
    }

    /** Text that later ids cannot change is returned with its token, not at the end. */
    @ParameterizedTest
    @EnumSource(value = Family.class, mode = EnumSource.Mode.EXCLUDE, names = "REWRITTEN_WHOLE")
    void aTokenIsReturnedImmediately(Family family) throws Exception {
        Tokenizer tokenizer = family.open();
        int a = IntStream.range(0, tokenizer.vocabSize())
                .filter(id -> tokenizer.decode(id).matches("[\u2581 ]?[a-z]+"))
                .findFirst()
                .orElseThrow();
        int b = IntStream.range(0, tokenizer.vocabSize())
                .filter(id -> id != a && tokenizer.decode(id).matches("[\u2581 ]?[a-z]+"))
                .findFirst()
                .orElseThrow();
        StreamDecoder decoder = tokenizer.streamDecoderAfter(a);
        assertThat(List.of(decoder.add(b), decoder.add(a), decoder.add(b))).allMatch(piece -> !piece.isBlank());
        assertThat(decoder.finish()).isEmpty();
    }

    @Test
    void aDecoderOfTheWholeTextIsAskedOnceAtTheEnd() throws Exception {
        Tokenizer tokenizer = Family.REWRITTEN_WHOLE.open();
        // do | n ' t: the text becomes "don't", which differs from the prompt's "do n" after "do".
        assertThat(pieces(tokenizer.streamDecoderAfter(1, 2), 3, 4)).containsExactly("", "", "n't");
    }

    @Test
    void aSpecialTokenBetweenTwoWordsTakesNoSpaceAway() throws Exception {
        Tokenizer tokenizer = Family.METASPACE_UNIGRAM.open();
        int turn = tokenizer.encode("<|turn|>")[0];
        assertThat(pieces(tokenizer.streamDecoderAfter(1), 2, turn, turn, 1))
                .containsExactly(" quick", "", "", " the", "");
        assertThat(pieces(tokenizer.streamDecoderAfter(turn), 2, 1)).containsExactly("quick", " the", "");
    }

    @Test
    void aRunOfBytesIsReturnedWhenItHasEnded() throws Exception {
        Tokenizer tokenizer = Family.GEMMA_BYTE_FALLBACK.open();
        int first = 1 + MARKED.size(); // <0x41>
        assertThat(pieces(tokenizer.streamDecoder(), first + 1, first + 2, 1, first + 1, first + 2))
                .containsExactly("", "", "\u00e9 the", "", "", "\u00e9");
        // A third byte invalidates the character at the end of the prompt: the text begins with its replacement.
        assertThat(pieces(tokenizer.streamDecoderAfter(1, first + 1, first + 2), first + 7, 1))
                .containsExactly("", "\ufffd\ufffd\ufffd the", "");
    }

    @Test
    void anIncompleteCharacterOfThePromptIsCompleted() {
        Tokenizer bytes = new ByteTokenizer(false);
        assertThat(pieces(bytes.streamDecoderAfter('a', 0xc3), 0xa9, 'b')).containsExactly("\u00e9", "b", "");
        assertThat(pieces(bytes.streamDecoderAfter('a', 0xc3), 'b')).containsExactly("b", "");
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void idsOutsideAreRefused(Family family) throws Exception {
        Tokenizer tokenizer = family.open();
        int size = tokenizer.vocabSize();
        for (int id : new int[] {-1, size}) {
            assertThatThrownBy(() -> tokenizer.streamDecoder().add(id))
                    .hasMessage("token id " + id + " is outside the vocabulary of " + size);
            assertThatThrownBy(() -> tokenizer.streamDecoderAfter(id))
                    .hasMessage("token id " + id + " is outside the vocabulary of " + size);
        }
    }
}
