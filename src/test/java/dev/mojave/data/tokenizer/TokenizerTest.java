package dev.mojave.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TokenizerTest {
    /** Characters of one to four bytes, combining marks and control characters. */
    private static final String HARD =
            "Hello, wörld!\r\n\tнe 漢字 \uD83D\uDE80\uD83D\uDC69\u200D\uD83D\uDE80 e\u0301  don't   \n\n x";

    static List<Tokenizer> tokenizers() {
        return List.of(
                CharTokenizer.of(HARD, true),
                CharTokenizer.of(HARD, false),
                new ByteTokenizer(true),
                new ByteTokenizer(false),
                BytePairTokenizer.gpt2(),
                Tokenizers.fromJson(TokenizerFiles.byteLevel()),
                Tokenizers.fromJson(TokenizerFiles.sentencePiece()));
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void decodingGivesTheTextBackAndTheBytesAddUp(Tokenizer tokenizer) {
        int[] ids = tokenizer.encode(HARD);
        assertThat(IntStream.of(ids)).allMatch(id -> id >= 0 && id < tokenizer.vocabSize());
        assertThat(tokenizer.decode(ids)).isEqualTo(HARD);
        assertThat(IntStream.of(ids).map(tokenizer::byteLength).sum())
                .isEqualTo(HARD.getBytes(StandardCharsets.UTF_8).length);
        assertThat(tokenizer.encode("")).isEmpty();
        assertThat(tokenizer.decode()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void streamingEqualsDecodingAndNeverSplitsACharacter(Tokenizer tokenizer) {
        StreamDecoder decoder = tokenizer.streamDecoder();
        StringBuilder text = new StringBuilder();
        for (int id : tokenizer.encode(HARD)) {
            String next = decoder.add(id);
            assertThat(next).doesNotContain("\uFFFD");
            assertThat(next.isEmpty() || !Character.isHighSurrogate(next.charAt(next.length() - 1)))
                    .isTrue();
            text.append(next);
        }
        assertThat(text.append(decoder.finish())).hasToString(HARD);
    }

    static Stream<Tokenizer> separated() {
        return tokenizers().stream().filter(t -> t.endOfText().isPresent());
    }

    @ParameterizedTest
    @MethodSource("separated")
    void theSeparatorHasNoText(Tokenizer tokenizer) {
        int end = tokenizer.endOfText().orElseThrow();
        assertThat(tokenizer.byteLength(end)).isZero();
        int[] word = tokenizer.encode("e");
        assertThat(tokenizer.decode(word[0], end, word[0])).isEqualTo("ee");
        assertThat(tokenizer.streamDecoder().add(end)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void jsonGivesTheSameTokenizer(Tokenizer tokenizer) {
        Tokenizer again = Tokenizers.fromJson(tokenizer.toJson());
        assertThat(again.kind()).isEqualTo(tokenizer.kind());
        assertThat(again.vocabSize()).isEqualTo(tokenizer.vocabSize());
        assertThat(again.endOfText()).isEqualTo(tokenizer.endOfText());
        assertThat(again.encode(HARD)).isEqualTo(tokenizer.encode(HARD));
        assertThat(again.toJson()).isEqualTo(tokenizer.toJson());
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void anIdOutsideTheVocabularyIsRefused(Tokenizer tokenizer) {
        int size = tokenizer.vocabSize();
        for (int id : new int[] {-1, size}) {
            String message = "token id " + id + " is outside the vocabulary of " + size;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tokenizer.decode(id))
                    .withMessage(message);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tokenizer.byteLength(id))
                    .withMessage(message);
        }
    }

    @Test
    void bytesThatAreNotUtf8BecomeReplacementsInBothDecoders() {
        Random random = new Random(7);
        Tokenizer bytes = new ByteTokenizer(false);
        for (int trial = 0; trial < 300; trial++) {
            int[] ids = random.ints(random.nextInt(12), 0, 256).toArray();
            StreamDecoder decoder = bytes.streamDecoder();
            StringBuilder streamed = new StringBuilder();
            for (int id : ids) {
                streamed.append(decoder.add(id));
            }
            assertThat(streamed.append(decoder.finish())).hasToString(bytes.decode(ids));
        }
    }

    @Test
    void charactersAreIdsInAscendingOrderAndTheSeparatorComesLast() {
        CharTokenizer plain = CharTokenizer.of("banana\n", false);
        assertThat(plain.vocabSize()).isEqualTo(4);
        assertThat(plain.encode("\nabn")).containsExactly(0, 1, 2, 3);
        CharTokenizer separated = CharTokenizer.of("banana\n", true);
        assertThat(separated.vocabSize()).isEqualTo(5);
        assertThat(separated.endOfText()).hasValue(4);
        assertThat(plain.endOfText()).isEmpty();
        assertThat(new ByteTokenizer(false).vocabSize()).isEqualTo(256);
        assertThat(new ByteTokenizer(false).endOfText()).isEmpty();
        assertThat(new ByteTokenizer(true).endOfText()).hasValue(256);
    }

    @Test
    void anUnknownCharacterIsNamedWithItsPosition() {
        CharTokenizer tokenizer = CharTokenizer.of("abc\uD83D\uDE80", false);
        assertThatThrownBy(() -> tokenizer.encode("a\uD83D\uDE80bßc"))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContainingAll("'ß' (U+00DF)", "position 3", "4 characters", "data.tokenizer: byte");
        assertThatThrownBy(() -> tokenizer.encode("\u0007")).hasMessageContaining("character (U+0007) at position 0");
    }

    @Test
    void gpt2IsThePublishedVocabulary() {
        Tokenizer gpt2 = BytePairTokenizer.gpt2();
        assertThat(gpt2.vocabSize()).isEqualTo(50_257);
        assertThat(gpt2.endOfText()).hasValue(50_256);
        assertThat(gpt2.encode("Hello world")).containsExactly(15496, 995);
        assertThat(gpt2.encode("<|endoftext|>")).containsExactly(27, 91, 437, 1659, 5239, 91, 29);
    }

    @Test
    void aTokenizerFileKnowsItsSeparatorAndAddedTokens() {
        Tokenizer file = Tokenizers.fromJson(TokenizerFiles.byteLevel());
        assertThat(file.endOfText()).hasValue(256);
        assertThat(file.vocabSize()).isEqualTo(259);
        assertThat(file.encode("the")).containsExactly(258);
        assertThat(file.encode("a<|endoftext|>")).hasSize(2).endsWith(256);
    }

    @Test
    void badFilesAreNamed(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, "{\"type\": \"word\", \"version\": 1, \"separator\": true}");
        assertData(file, "unknown type 'word'");
        Files.writeString(file, "{\"type\": \"byte\", \"version\": 2, \"separator\": true}");
        assertData(file, "version 2");
        Files.writeString(file, "{\"type\": \"byte\", \"version\": 1, \"seperator\": true}");
        assertData(file, "seperator");
        Files.writeString(file, "{\"type\": \"char\", \"version\": 1, \"separator\": true, \"characters\": \"ba\"}");
        assertData(file, "must be in ascending order");
        Files.writeString(file, "{\"model\": {}}");
        assertData(file, "no model.vocab");
        Files.writeString(file, "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}}}");
        assertData(file, "not a Hugging Face tokenizer");
        for (String id : List.of("-1", "2147483647", "1.5", "\"7\"")) {
            Files.writeString(file, TokenizerFiles.byteLevel().replace("\"the\":258", "\"the\":" + id));
            assertData(file, "token 'the' has the id " + id + "; ids are whole numbers from 0 to 16,777,215");
        }
        Files.writeString(file, "[1");
        assertData(file, "not a valid tokenizer.json");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertData(file, "begins with a UTF-16 byte-order mark; save it as UTF-8; a tokenizer.json must be UTF-8");
        Files.write(file, new byte[] {'{', (byte) 0xe9, '}'});
        assertData(file, "not UTF-8");
        assertThatThrownBy(() -> Tokenizers.read(folder.resolve("none.json")))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContaining("does not exist");
    }

    /** The library would crash the process on each of these. */
    @Test
    void whatTheLibraryCannotParseNeverReachesIt(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("tokenizer.json");
        String deep = "[".repeat(120) + "]".repeat(120);
        for (String value : List.of("1e400", "\"\\ud800\"", "{\"\\udc00\": 1}", deep)) {
            Files.writeString(
                    file, TokenizerFiles.sentencePiece().replace("\"decoder\":{", "\"decoder\":{\"x\":" + value + ","));
            assertThatThrownBy(() -> Tokenizers.read(file))
                    .isInstanceOfSatisfying(
                            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                    .hasMessageStartingWith(file.toString());
        }
    }

    /** WordPiece needs an unknown token; this file names one that its vocabulary lacks. */
    @Test
    void anInconsistentFileIsNamedWhenItIsUsed(@TempDir Path folder) throws Exception {
        String model = "{\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"continuing_subword_prefix\": \"##\","
                + " \"max_input_chars_per_word\": 100, \"vocab\": {\"a\": 0}}";
        Path file = Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": " + model + "}");
        Tokenizer tokenizer = Tokenizers.read(file);
        assertThat(tokenizer.encode("a")).containsExactly(0);
        assertThatThrownBy(() -> tokenizer.encode("b"))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageStartingWith(file + " cannot be used as a tokenizer: ")
                .hasMessageContaining("[UNK]");
    }

    private static void assertData(Path file, String part) {
        assertThatThrownBy(() -> Tokenizers.read(file))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContainingAll(file.toString(), part);
    }

    @Test
    void aNameThatIsNoTokenizerGetsASuggestion() {
        assertThatThrownBy(() -> Tokenizers.file("chat"))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContainingAll("data.tokenizer: 'chat'", "char, byte, gpt2", "did you mean 'char'?");
    }
}
