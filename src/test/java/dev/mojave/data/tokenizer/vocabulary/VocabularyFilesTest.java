package dev.mojave.data.tokenizer.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.BytePairTokenizer;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.data.tokenizer.bpe.BytePairTrainer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class VocabularyFilesTest {
    private static final String TEXT = "the cat's  hat, 123 <|endoftext|>\n\n  the mat\u00e9\u6f22<tag>x";

    @TempDir
    Path folder;

    private Tokenizer whole = new ByteTokenizer(true);

    /** The same tokenizer as one file, and split into the files in which GPT-2's was published. */
    @BeforeEach
    void takeApart() throws IOException {
        BytePairTrainer trainer = new BytePairTrainer(new BytePairTrainer.Spec(270, 1));
        trainer.add("the cat and the hat and the mat");
        String json = trainer.finish(Progress.SILENT).json();
        whole = Tokenizers.fromJson(json);
        JsonNode model = Json.tree(json).path("model");
        Files.writeString(folder.resolve("vocab.json"), model.path("vocab").toString());
        List<String> merges = new ArrayList<>(List.of("#version: 0.2"));
        for (JsonNode merge : model.path("merges")) {
            merges.add(
                    merge.isArray()
                            ? merge.path(0).asString() + " " + merge.path(1).asString()
                            : merge.asString());
        }
        Files.write(folder.resolve("merges.txt"), merges);
    }

    private Tokenizer read() {
        return Tokenizers.open("--tokenizer", folder.toString());
    }

    private void write(String name, String json) throws IOException {
        Files.writeString(folder.resolve(name), json.replace('\'', '"'));
    }

    /** Editors on Windows and PowerShell save text like this. */
    @Test
    void aByteOrderMarkAtTheStartOfAnyOfTheFilesIsIgnored() throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), "\uFEFF{\"eos_token\": \"<|endoftext|>\"}");
        for (String name : List.of("vocab.json", "merges.txt")) {
            Files.writeString(folder.resolve(name), "\uFEFF" + Files.readString(folder.resolve(name)));
        }
        assertThat(read().encode(TEXT)).isEqualTo(whole.encode(TEXT));
        Path one = Files.createDirectory(folder.resolve("one")).resolve("tokenizer.json");
        Files.writeString(one, "\uFEFF" + whole.toJson());
        Files.copy(folder.resolve("tokenizer_config.json"), one.resolveSibling("tokenizer_config.json"));
        assertThat(Tokenizers.read(one).encode(TEXT)).isEqualTo(whole.encode(TEXT));
        Files.writeString(one, whole.toJson(), StandardCharsets.UTF_16);
        assertThatThrownBy(() -> Tokenizers.read(one))
                .hasMessage(one
                        + " begins with a UTF-16 byte-order mark; save it as UTF-8; a tokenizer.json must be UTF-8");
    }

    @Test
    void theyAreTheSameTokenizerAsOneFile() throws IOException {
        for (Tokenizer read : List.of(read(), Tokenizers.read(folder.resolve("vocab.json")))) {
            assertThat(read).isInstanceOf(BytePairTokenizer.class);
            assertThat(read.vocabSize()).isEqualTo(whole.vocabSize());
            assertThat(read.encode(TEXT)).containsExactly(whole.encode(TEXT));
            assertThat(read.decode(whole.encode(TEXT))).isEqualTo(whole.decode(whole.encode(TEXT)));
            assertThat(read.endOfText()).isEqualTo(whole.endOfText());
        }
        // From here on it is a tokenizer.json, in runs and exports; one that exists takes precedence.
        assertThat(Tokenizers.fromJson(read().toJson()).encode(TEXT)).containsExactly(whole.encode(TEXT));
        String before = Tokenizers.text(folder.resolve("vocab.json"));
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
        assertThat(read().encode("the")).hasSize(3);
        assertThat(Tokenizers.text(folder.resolve("vocab.json"))).isNotEqualTo(before);
        Files.writeString(folder.resolve("tokenizer.json"), whole.toJson());
        assertThat(read().encode(TEXT)).containsExactly(whole.encode(TEXT));
    }

    @Test
    void tokensBesideTheVocabularyAreAdded() throws IOException {
        int size = whole.vocabSize();
        write("added_tokens.json", "{'<tag>': " + size + "}");
        write("special_tokens_map.json", "{'pad_token': '<pad>', 'eos_token': {'content': '<|endoftext|>'}}");
        write(
                "tokenizer_config.json",
                "{'tokenizer_class': 'GPT2TokenizerFast', 'add_prefix_space': true, 'x': NaN, 'added_tokens_decoder': {'"
                        + (size + 2) + "': {'content': '<end>', 'special': true}}}");
        JsonNode root = Json.tree(Tokenizers.text(folder.resolve("vocab.json")));
        List<String> tokens = new ArrayList<>();
        for (JsonNode token : root.path("added_tokens")) {
            tokens.add(token.path("content").asString() + " " + token.path("id") + " " + token.path("special"));
        }
        assertThat(tokens)
                .containsExactly(
                        "<|endoftext|> 0 true",
                        "<tag> " + size + " false",
                        "<end> " + (size + 2) + " true",
                        "<pad> " + (size + 3) + " true");
        assertThat(root.path("pre_tokenizer").path("add_prefix_space").booleanValue())
                .isTrue();
        assertThat(read().encode("<tag>")).containsExactly(size);
    }

    @Test
    void robertaHasItsOwnTokens() throws IOException {
        ObjectNode vocabulary = Json.read(folder.resolve("vocab.json"), ObjectNode.class);
        int size = whole.vocabSize();
        vocabulary.put("<s>", size).put("</s>", size + 1).put("<mask>", size + 2);
        Files.writeString(folder.resolve("vocab.json"), vocabulary.toString());
        write("tokenizer_config.json", "{'tokenizer_class': 'RobertaTokenizer'}");
        JsonNode root = Json.tree(Tokenizers.text(folder.resolve("vocab.json")));
        assertThat(root.path("post_processor").path("type").asString()).isEqualTo("RobertaProcessing");
        assertThat(root.path("added_tokens")).hasSize(3);
        assertThat(root.path("added_tokens").path(2).path("lstrip").booleanValue())
                .isTrue();
        assertThat(read().decode(read().encode("the <mask>"))).contains("the");
    }

    /** It splits text differently from GPT-2: each digit is a piece, and one other character may precede a word. */
    @Test
    void qwen2SplitsInItsOwnWay() throws IOException {
        write("tokenizer_config.json", "{'tokenizer_class': 'Qwen2Tokenizer'}");
        JsonNode root = Json.tree(Tokenizers.text(folder.resolve("vocab.json")));
        assertThat(root.path("normalizer").path("type").asString()).isEqualTo("NFC");
        assertThat(root.path("pre_tokenizer").path("pretokenizers")).hasSize(2);
        assertThat(read().decode(read().encode("the cat (the) 12"))).isEqualTo("the cat (the) 12");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tokenizer_config.json | {'tokenizer_class': 'CLIPTokenizer'} | tokenizer_class is CLIPTokenizer:"
                        + " these files do not specify how it splits text",
                "vocab.json            | {'the</w>': 0}                       | tokens that end with </w>: these"
                        + " files do not specify how it splits",
                "merges.txt            | #version: 0.2\\nt h\\nth e r         | merges.txt, line 3: 'th e r' is not"
                        + " a merge, which is two tokens separated by a space",
                "merges.txt            | th \u0120zz                          | merge 0",
                "vocab.json            | [1]                                  | vocab.json must contain one JSON object, but contains a list",
                "vocab.json            | {'a': 'b'}                           | vocab.json",
            })
    void otherKindsAndDamageAreRefused(String name, String text, String message) throws IOException {
        write(name, text.replace("\\n", "\n"));
        assertThatThrownBy(this::read)
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContaining(message);
    }

    @Test
    void oneOfTheTwoIsNotEnough() throws IOException {
        Files.delete(folder.resolve("merges.txt"));
        assertThatThrownBy(this::read)
                .hasMessageContaining("and not a folder with one or with vocab.json and merges.txt");
    }
}
