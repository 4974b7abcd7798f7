package dev.mojave.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenSettingsTest {
    private static final String BEGIN = """
            {"type": "TemplateProcessing",
             "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
             "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
             "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}""";

    @TempDir
    Path folder;

    private TokenSettings read() {
        try (ModelFolder source = ModelFolder.open(folder)) {
            return source.tokenSettings(source.tokenizer(), true);
        }
    }

    private static List<Integer> ids(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(" ")).map(Integer::valueOf).toList();
    }

    /** The files that transformers reads, in its order; a token that none of them names is guessed by its name. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                    | ``                                   | ``                                 | 2",
                "`\"eos_token_id\": 5` | ``                                   | ``                                 | 5",
                "`\"eos_token_id\": [5, 8]` | ``                              | ``                                 | 5 8",
                "`\"eos_token_id\": 5` | `{\"eos_token_id\": [8, 6]}`         | `{\"eos_token\": \"<s>\"}`         | 8 6",
                "`\"eos_token_id\": 5` | `{\"eos_token_id\": null}`           | `{\"eos_token\": \"<s>\"}`         | 5",
                "`\"eos_token_id\": 5` | `{}`                                 | `{\"eos_token\": \"<s>\"}`         | 5",
                "`\"eos_token_id\": null` | ``                                | `{\"eos_token\": \"<turn>\"}`      | 8",
                "``                    | ``                                   | `{\"eos_token\": {\"content\": \"<turn>\"}}` | 8",
                "``                    | ``                                   | `{\"eos_token\": null}`            | 2",
                "``                    | ``                                   | `{\"eos_token\": \"<nowhere>\"}`   | 2",
                "`\"eos_token_id\": 50256` | ``                               | ``                                 | 2",
                "`\"eos_token_id\": [-1, 5]` | ``                             | ``                                 | 5",
                "`\"eos_token_id\": []` | ``                                  | ``                                 | 2"
            })
    void endsAreTheFilesElseAGuess(String config, String generation, String tokenizer, String ends) throws IOException {
        SuccessorFolder.write(folder, config, "null", Optional.empty());
        if (!generation.isEmpty()) {
            Files.writeString(folder.resolve("generation_config.json"), generation);
        }
        if (!tokenizer.isEmpty()) {
            Files.writeString(folder.resolve("tokenizer_config.json"), tokenizer);
        }
        assertThat(read().tokens().ends()).isEqualTo(ids(ends));
    }

    @Test
    void olderFoldersNameTokensInAFileOfItsOwn() throws IOException {
        SuccessorFolder.write(folder, "", "null", Optional.empty());
        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"eos_token\": \"<turn>\"}");
        assertThat(read().tokens().ends()).containsExactly(8);
    }

    @Test
    void whatCannotBeFollowedIsSaid() throws IOException {
        SuccessorFolder.write(folder, "\"eos_token_id\": 50256", "null", Optional.empty());
        assertThat(read().warnings())
                .containsExactly(
                        "eos_token_id of config.json is 50256, but the model's ids are 0 to 11; it is ignored");
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": \"</s>\"}");
        assertThatThrownBy(this::read)
                .isInstanceOf(Failure.class)
                .hasMessage(folder.resolve("generation_config.json")
                        + ": eos_token_id is \"</s>\"; it must be the id of a token or a list of them");
    }

    /** As in transformers, add_bos_token takes precedence if it is set, and the template applies otherwise. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "template | ``                                                     | 1 | 1",
                "template | `{\"add_bos_token\": false}`                           | `` | 2",
                "template | `{\"add_bos_token\": true, \"bos_token\": \"<turn>\"}` | 8 | 8",
                "template | `{\"add_bos_token\": null}`                            | 1 | 2",
                "none     | ``                                                     | `` | 2",
                "none     | `{\"add_bos_token\": true, \"bos_token\": \"<s>\"}`    | 1 | 1",
                "none     | `{\"bos_token\": \"<s>\"}`                             | `` | 1",
                "none     | `{\"add_bos_token\": true}`                            | `` | 2"
            })
    void textsBeginAsTheTokenizerSays(String processor, String tokenizer, String begin, int start) throws IOException {
        SuccessorFolder.write(folder, "", processor.equals("template") ? BEGIN : "null", Optional.empty());
        if (!tokenizer.isEmpty()) {
            Files.writeString(folder.resolve("tokenizer_config.json"), tokenizer);
        }
        SpecialTokens tokens = read().tokens();
        assertThat(tokens.begin()).isEqualTo(ids(begin));
        assertThat(tokens.begin().isEmpty() ? tokens.start() : tokens.begin().getFirst())
                .isEqualTo(begin.isEmpty() ? start : ids(begin).getFirst());
        assertThat(read().warnings())
                .hasSize(tokenizer.equals("{\"add_bos_token\": true}") ? 1 : 0)
                .allSatisfy(warning -> assertThat(warning)
                        .isEqualTo("tokenizer_config.json has add_bos_token: true, but no file names that token:"
                                + " texts begin without one"));
    }

    /**
     * Mojave does not clean up decoded text as transformers does; an import warns about this, and an export keeps the setting.
     */
    @Test
    void spacesThatTransformersCleansUpAreSaidToStay() throws IOException {
        SuccessorFolder.write(folder, "", "null", Optional.empty());
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"clean_up_tokenization_spaces\": true}");
        assertThat(read().warnings())
                .singleElement()
                .asString()
                .contains(
                        "tokenizer_config.json has clean_up_tokenization_spaces: true",
                        "keeps the text as its tokens spell it");
        assertThat(read().tokens()
                        .published()
                        .tokenizerConfig()
                        .path("clean_up_tokenization_spaces")
                        .booleanValue())
                .isTrue();
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"clean_up_tokenization_spaces\": false}");
        assertThat(read().warnings()).isEmpty();
    }

    @Test
    void theConfigsBeginTokenStandsInForItsName() throws IOException {
        SuccessorFolder.write(folder, "\"bos_token_id\": 8", "null", Optional.empty());
        assertThat(read().tokens().begin()).isEmpty();
        assertThat(read().tokens().start()).isEqualTo(8);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"add_bos_token\": true}");
        assertThat(read().tokens().begin()).containsExactly(8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{\"type\": \"BertProcessing\", \"sep\": [\"</s>\", 2], \"cls\": [\"<s>\", 1]}` | 1",
                "`{\"type\": \"RobertaProcessing\", \"sep\": [\"</s>\", 2], \"cls\": [\"<s>\", 1], \"trim_offsets\":"
                        + " true, \"add_prefix_space\": false}` | 1",
                "`{\"type\": \"ByteLevel\", \"add_prefix_space\": true, \"trim_offsets\": false, \"use_regex\": true}` | ``",
                "null | ``"
            })
    void everyKindOfProcessorIsKnown(String processor, String begin) throws IOException {
        SuccessorFolder.write(folder, "", processor, Optional.empty());
        assertThat(read().tokens().begin()).isEqualTo(ids(begin));
        String sequence = "{\"type\": \"Sequence\", \"processors\": ["
                + "{\"type\": \"ByteLevel\", \"add_prefix_space\": true, \"trim_offsets\": false, \"use_regex\": true}, "
                + BEGIN + "]}";
        Files.writeString(
                folder.resolve("tokenizer.json"),
                Files.readString(folder.resolve("tokenizer.json"))
                        .replace("\"post_processor\": " + processor, "\"post_processor\": " + sequence));
        assertThat(read().tokens().begin()).containsExactly(1);
    }

    @Test
    void aSpecialTokenBeyondTheEmbeddingsIsLeftOut() throws IOException {
        SuccessorFolder.write(folder, "", "null", Optional.of(SuccessorFolder.EMBEDDINGS));
        try (ModelFolder source = ModelFolder.open(folder)) {
            Tokenizer tokenizer = source.tokenizer().orElseThrow();
            assertThat(tokenizer.vocabSize()).isEqualTo(10);
            assertThat(Tokenizers.leftOut(tokenizer))
                    .contains("the tokenizer has [PAD] beyond the 12 token embeddings of the model, which are left"
                            + " out, and refused in a text");
            Tokenizer again = Tokenizers.fromJson(tokenizer.toJson());
            assertThat(again.toJson()).isEqualTo(tokenizer.toJson());
            assertThat(Tokenizers.huggingFace(again)).isEqualTo(Files.readString(folder.resolve("tokenizer.json")));
            for (Tokenizer limited : List.of(tokenizer, again)) {
                assertThat(limited.encode("the quick fox")).containsExactly(3, 4, 6);
                assertThat(limited.decode(3, 4)).isEqualTo("the quick");
                assertThat(limited.endOfText()).hasValue(2);
                assertThatThrownBy(() -> limited.encode("the [PAD] fox"))
                        .isInstanceOf(Failure.class)
                        .hasMessage(
                                "the text contains the token '[PAD]', for which the model, with 12 token embeddings,"
                                        + " has none; remove it from the text");
                assertThatThrownBy(() -> limited.decode(12)).hasMessage("token id 12 is outside the vocabulary of 10");
                assertThatThrownBy(() -> limited.streamDecoder().add(12))
                        .hasMessage("token id 12 is outside the vocabulary of 10");
            }
        }
        String file = Files.readString(folder.resolve("tokenizer.json"));
        Files.writeString(
                folder.resolve("tokenizer.json"), file.replaceAll("(?s)(\\[PAD\\].*?\"special\": )true", "$1false"));
        try (ModelFolder source = ModelFolder.open(folder)) {
            assertThatThrownBy(source::tokenizer).hasMessageContaining("the added token '[PAD]' has the id 12");
        }
        assertThatThrownBy(() -> Tokenizers.fromJson(Json.line(Json.mapper()
                        .createObjectNode()
                        .put("type", "limited")
                        .put("version", 1)
                        .put("vocab_size", 5)
                        .put("file", file))))
                .hasMessage("tokenizer.json: vocab_size is 5; it must leave out added special tokens and nothing else");
    }
}
