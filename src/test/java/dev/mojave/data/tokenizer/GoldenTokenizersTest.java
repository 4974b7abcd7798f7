package dev.mojave.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Progress;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.bpe.BytePairTrainer;
import dev.mojave.data.tokenizer.vocabulary.EndOfText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Compares encodings of a corpus and of difficult strings with those of Hugging Face's library; the folder's ORIGIN.md describes how
 * these were made.
 */
class GoldenTokenizersTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/tokenizers");

    private static List<JsonNode> encodings() throws IOException {
        return Files.readAllLines(FOLDER.resolve("encodings.jsonl")).stream()
                .map(Json::tree)
                .toList();
    }

    private static int[] ids(JsonNode node) {
        return Json.mapper().treeToValue(node, int[].class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte_level", "word_piece", "unigram"})
    void aFileEncodesAsItsLibraryDoes(String name) throws Exception {
        Tokenizer tokenizer = Tokenizers.read(FOLDER.resolve(name + ".json"));
        assertThat(tokenizer).isInstanceOf(name.equals("byte_level") ? BytePairTokenizer.class : TokenizerFile.class);
        for (JsonNode row : encodings()) {
            String text = row.path("text").asString();
            int[] expected = ids(row.path(name).path("ids"));
            assertThat(tokenizer.encode(text)).as(text).isEqualTo(expected);
            assertThat(tokenizer.decode(expected))
                    .as(text)
                    .isEqualTo(row.path(name).path("decoded").asString());
        }
    }

    @Test
    void gpt2EncodesAsTheReference() throws Exception {
        for (JsonNode row : encodings()) {
            String text = row.path("text").asString();
            assertThat(BytePairTokenizer.gpt2().encode(text)).as(text).isEqualTo(ids(row.path("gpt2")));
            assertThat(BytePairTokenizer.gpt2().decode(ids(row.path("gpt2")))).isEqualTo(text);
        }
    }

    @Test
    void trainingGivesTheLibrarysFile() throws Exception {
        String corpus = Files.readString(FOLDER.resolve("corpus.txt"));
        BytePairTrainer trainer = new BytePairTrainer(new BytePairTrainer.Spec(400, 2));
        trainer.add(corpus);
        assertThat(Json.tree(trainer.finish(Progress.SILENT).json()))
                .isEqualTo(Json.tree(Files.readString(FOLDER.resolve("byte_level.json"))));
        assertThat(trainer.forgotten()).isFalse();
        BytePairTrainer byLine = new BytePairTrainer(new BytePairTrainer.Spec(400, 2));
        for (String line : corpus.split("\n", -1)) {
            byLine.add(line + "\n");
        }
        assertThat(Json.tree(byLine.finish(Progress.SILENT).json())
                        .path("model")
                        .path("merges"))
                .isEqualTo(Json.tree(Files.readString(FOLDER.resolve("by_line.json"))));
    }

    /** Encodes with the same file in Mojave's own encoder and in the library through its binding. */
    @Test
    void ourEncoderEqualsTheBindingOnRandomUnicode() throws Exception {
        String json = Files.readString(FOLDER.resolve("byte_level.json"));
        Tokenizer ours = Tokenizers.fromJson(json);
        Tokenizer theirs = TokenizerFile.of(json, Json.tree(json), new EndOfText.Guessed(), "byte_level.json");
        long seed = 20_261;
        Random random = new Random(seed);
        for (int trial = 0; trial < 400; trial++) {
            String text = RandomText.of(random, random.nextInt(200));
            assertThat(ours.encode(text))
                    .as("seed %d, trial %d: %s", seed, trial, text)
                    .isEqualTo(theirs.encode(text));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte", "gpt2", "char"})
    void everyKindWrittenForHuggingFaceEncodesTheSameThere(String kind) {
        // There, text that spells the last token is encoded as that token.
        String corpus = RandomText.of(new Random(5), 300).replace("<|", "") + "end";
        Tokenizer tokenizer = switch (kind) {
            case "byte" -> new ByteTokenizer(true);
            case "gpt2" -> BytePairTokenizer.gpt2();
            default -> CharTokenizer.of(corpus, true);
        };
        String json = Tokenizers.huggingFace(tokenizer);
        Tokenizer theirs = TokenizerFile.of(json, Json.tree(json), new EndOfText.Guessed(), kind);
        assertThat(theirs.vocabSize()).isEqualTo(tokenizer.vocabSize());
        assertThat(theirs.endOfText()).isEqualTo(tokenizer.endOfText());
        int[] ids = tokenizer.encode(corpus);
        assertThat(theirs.encode(corpus)).isEqualTo(ids);
        assertThat(theirs.decode(ids)).isEqualTo(corpus);
    }

    /** If a file has options that Mojave's own encoder does not support, the library reads it. */
    @Test
    void aFileThatAsksForMoreIsLeftToTheLibrary() throws Exception {
        String json = Files.readString(FOLDER.resolve("byte_level.json"));
        for (String changed : List.of(
                json.replace("\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}"),
                json.replace("\"lstrip\":false", "\"lstrip\":true"),
                json.replace("\"end_of_word_suffix\":null", "\"end_of_word_suffix\":\"</w>\""))) {
            assertThat(changed).isNotEqualTo(json);
            assertThat(Tokenizers.fromJson(changed)).isInstanceOf(TokenizerFile.class);
        }
        String prefixed = json.replace("\"add_prefix_space\":false", "\"add_prefix_space\":true");
        Tokenizer ours = Tokenizers.fromJson(prefixed);
        Tokenizer theirs = TokenizerFile.of(prefixed, Json.tree(prefixed), new EndOfText.Guessed(), "prefixed");
        assertThat(ours).isInstanceOf(BytePairTokenizer.class);
        for (String text : List.of("a", " a", "", "the boat<|endoftext|>boat <|endoftext|>", "<|endoftext|>", "\n")) {
            assertThat(ours.encode(text)).as(text).isEqualTo(theirs.encode(text));
        }
    }
}
