package dev.mojave.data.tokenizer.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.BytePairTokenizer;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.RandomText;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.TokenizerFile;
import dev.mojave.data.tokenizer.TokenizerFiles;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.data.tokenizer.library.InProcessLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The ids of added tokens: in the file, in Mojave's own encoder, and in Hugging Face's library, which the tests run. */
class AddedTokenIdsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/tokenizers");
    private static final String WORD_LEVEL =
            "{\"version\": \"1.0\", \"model\": {\"type\": \"WordLevel\", \"unk_token\": \"u\", \"vocab\": {\"u\": 0,"
                    + " \"a\": 5, \"b\": 2}}}";

    private static ObjectNode family(String name) throws IOException {
        String json = switch (name) {
            case "word_level" -> WORD_LEVEL;
            case "sentence_piece" -> TokenizerFiles.sentencePiece();
            default -> Files.readString(GOLDEN.resolve(name + ".json"));
        };
        return (ObjectNode) Json.tree(json);
    }

    private static void add(ObjectNode root, int id, String content, boolean special, boolean normalized) {
        ArrayNode added = root.path("added_tokens").isArray()
                ? (ArrayNode) root.path("added_tokens")
                : root.putArray("added_tokens");
        added.addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", normalized)
                .put("special", special);
    }

    private static int largest(ObjectNode root) {
        return Vocabulary.of(root, new EndOfText.Guessed(), "test").size() - 1;
    }

    /**
     * Asks the library itself for the id of each token: in files with consecutive ids, with gaps, with tokens of the vocabulary and with
     * duplicates.
     */
    @ParameterizedTest
    @ValueSource(strings = {"byte_level", "word_piece", "unigram", "word_level", "sentence_piece"})
    void weKnowHowTheLibraryNumbers(String name) throws Exception {
        long seed = 41;
        Random random = new Random(seed);
        for (int trial = 0; trial < 12; trial++) {
            ObjectNode root = family(name);
            int id = largest(root) + 1;
            for (int token = random.nextInt(5); token >= 0; token--) {
                id += random.nextInt(3);
                String content = "<x" + random.nextInt(6) + ">";
                add(root, id++, content, random.nextBoolean(), false);
            }
            if (random.nextBoolean()) {
                add(root, id, "a", false, false);
            }
            Map<String, Integer> expected = AddedTokenIds.ofLibrary(root, "test");
            try (HuggingFaceTokenizer library = InProcessLibrary.load(Json.line(root), "test")) {
                expected.forEach((content, expectedId) -> assertThat(
                                library.encode(content, false, false).getIds())
                        .as("seed %d: %s in %s", seed, content, root.path("added_tokens"))
                        .containsExactly(expectedId));
            }
        }
    }

    /** Compares Mojave's own encoder with the library on files that the library does not renumber. */
    @Test
    void ourEncoderFindsAddedTokensAsTheLibraryDoes() throws Exception {
        long seed = 9_113;
        Random random = new Random(seed);
        List<String> contents = List.of("<x>", "<x><", "x>", "<", "the", " the", "\n", "<|y|>", "y|", "\u00e9", "  ");
        for (int trial = 0; trial < 60; trial++) {
            ObjectNode root = family("byte_level");
            List<String> used = new ArrayList<>(contents);
            boolean listed = random.nextBoolean();
            for (int token = random.nextInt(4); token >= 0; token--) {
                String content = used.remove(random.nextInt(used.size()));
                int known = root.path("model").path("vocab").path(content).asInt(-1);
                if (known < 0 && listed) {
                    // As in files of Hugging Face's trainer, even if the content is not spelled in bytes.
                    known = largest(root) + 1;
                    ((ObjectNode) root.path("model").path("vocab")).put(content, known);
                }
                add(root, known >= 0 ? known : largest(root) + 1, content, random.nextBoolean(), random.nextBoolean());
            }
            String json = Json.line(root);
            assertThat(AddedTokenIds.renumbered(root, "test")).isEmpty();
            Tokenizer ours = Tokenizers.fromJson(json);
            Tokenizer theirs = TokenizerFile.of(json, root, new EndOfText.Guessed(), "test");
            assertThat(ours).isInstanceOf(BytePairTokenizer.class);
            for (int text = 0; text < 20; text++) {
                StringBuilder built = new StringBuilder();
                for (int part = random.nextInt(8); part >= 0; part--) {
                    built.append(
                            random.nextInt(3) == 0
                                    ? RandomText.of(random, 5)
                                    : contents.get(random.nextInt(contents.size())));
                }
                int[] ids = ours.encode(built.toString());
                assertThat(ids)
                        .as("seed %d, trial %d: %s with %s", seed, trial, built, root.path("added_tokens"))
                        .isEqualTo(theirs.encode(built.toString()));
                assertThat(ours.decode(ids)).isEqualTo(theirs.decode(ids));
            }
        }
    }

    private static ObjectNode withGap(boolean lstrip) throws IOException {
        ObjectNode root = family("byte_level");
        add(root, 450, "<|x|>", false, false);
        ((ObjectNode) root.path("added_tokens").path(1)).put("lstrip", lstrip);
        return root;
    }

    @Test
    void ourEncoderGivesTheIdOfTheFile() throws Exception {
        Tokenizer tokenizer = Tokenizers.fromJson(Json.line(withGap(false)));
        assertThat(tokenizer.vocabSize()).isEqualTo(451);
        assertThat(tokenizer.encode("a<|x|>b")).hasSize(3).contains(450);
        assertThat(tokenizer.decode(tokenizer.encode("a<|x|>b"))).isEqualTo("a<|x|>b");
        assertThat(tokenizer.decode(449)).isEmpty();
        assertThat(Tokenizers.libraryDifference(tokenizer).orElseThrow())
                .startsWith("the added token '<|x|>' has the id 450, but Hugging Face's library")
                .endsWith("assigns 400");
        assertThat(Tokenizers.libraryDifference(Tokenizers.fromJson(TokenizerFiles.byteLevel())))
                .isEmpty();
        assertThat(Tokenizers.libraryDifference(new ByteTokenizer(true))).isEmpty();
    }

    @Test
    void aFileThatTheLibraryWouldRenumberIsNotLeftToIt() throws Exception {
        String json = Json.line(withGap(true));
        assertThatThrownBy(() -> Tokenizers.fromJson(json))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessage("tokenizer.json: the added token '<|x|>' has the id 450, but Hugging Face's library, which"
                        + " this kind of file needs, assigns it the id 400; give added tokens the ids that"
                        + " follow the vocabulary's, without gaps");
    }

    /** In both readers: "lstrip" leaves a file to the library. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400,<x>;401,<x> | the added token '<x>' has the id 401, but the id 400 elsewhere in added_tokens; give it one id",
                "400,<x>;400,<y> | the added token '<y>' has the id 400, which belongs to '<x>'; give it an id of its own",
                "400,he | the added token 'he' has the id 400, but the id %d in model.vocab; give it one id",
                "5,<x> | the added token '<x>' has the id 5, which belongs to '%'; give it an id of its own",
            })
    void anInconsistentFileIsRefused(String tokens, String message) throws Exception {
        for (boolean lstrip : new boolean[] {false, true}) {
            ObjectNode root = family("byte_level");
            for (String token : tokens.split(";", -1)) {
                int comma = token.indexOf(',');
                add(root, Integer.parseInt(token.substring(0, comma)), token.substring(comma + 1), false, false);
                ((ObjectNode) root.path("added_tokens").path(1)).put("lstrip", lstrip);
            }
            int he = root.path("model").path("vocab").path("he").asInt();
            assertThatThrownBy(() -> Tokenizers.fromJson(Json.line(root)))
                    .isInstanceOf(Failure.class)
                    .hasMessage("tokenizer.json: " + message.replace("%d", Integer.toString(he)));
        }
    }

    @Test
    void aTokenThatIsListedTwiceAlikeIsOne() throws Exception {
        ObjectNode root = family("byte_level");
        add(root, 400, "<x>", false, false);
        add(root, 400, "<x>", false, false);
        Tokenizer ours = Tokenizers.fromJson(Json.line(root));
        Tokenizer theirs = TokenizerFile.of(Json.line(root), root, new EndOfText.Guessed(), "test");
        assertThat(ours.encode("a<x>")).isEqualTo(theirs.encode("a<x>")).endsWith(400);
    }
}
