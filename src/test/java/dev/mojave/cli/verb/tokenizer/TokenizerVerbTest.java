package dev.mojave.cli.verb.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.cli.CliResult;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TokenizerVerbTest {
    @TempDir
    Path folder;

    @Test
    void trainEncodeDecodeAndInspectGoTogether() throws Exception {
        String text = "the sea and the boat\nthe boats and the seas\n";
        Path corpus = Files.writeString(folder.resolve("sea.txt"), text);
        Path file = folder.resolve("tokenizer.json");
        String[] train = {
            "tokenizer", "train", corpus.toString(), "--vocab-size", "270", "--output", file.toString(), "--json"
        };
        CliResult trained = CliResult.run(train);
        assertThat(trained.code()).as(trained.err()).isZero();
        JsonNode result = Json.tree(trained.out());
        assertThat(result.path("file").asString()).isEqualTo(file.toString());
        assertThat(result.path("documents").asInt()).isEqualTo(1);
        assertThat(result.path("vocab_size").asInt())
                .isEqualTo(result.path("merges").asInt() + 257);

        CliResult again = CliResult.run(train);
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("--output: " + file + " exists", "--overwrite");

        Tokenizer tokenizer = Tokenizers.read(file);
        CliResult encoded = CliResult.run("tokenizer", "encode", "--tokenizer", file.toString(), corpus.toString());
        assertThat(encoded.out().lines()).hasSize(1);
        Path ids = Files.writeString(folder.resolve("ids.txt"), encoded.out());
        CliResult decoded = CliResult.run("tokenizer", "decode", "--tokenizer", file.toString(), ids.toString());
        assertThat(decoded.out()).isEqualTo(text + "\n");
        CliResult byLine = CliResult.run(
                "tokenizer", "encode", "--tokenizer", file.toString(), corpus.toString(), "--by-line", "--json");
        assertThat(Json.mapper().readValue(byLine.out(), int[][].class)[1])
                .isEqualTo(tokenizer.encode("the boats and the seas"));

        CliResult inspected = CliResult.run("tokenizer", "inspect", file.toString(), corpus.toString(), "--json");
        assertThat(Json.tree(inspected.out()).path("words").asInt()).isEqualTo(10);
        assertThat(Json.tree(inspected.out()).path("fertility").asDouble())
                .isEqualTo(tokenizer.encode(text).length / 10.0);
    }

    @Test
    void theViewSeparatesTokens() {
        CliResult result = CliResult.run("tokenizer", "inspect", "gpt2", "--text", "The sea's\n\tcalm 漢");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("50,257 entries", "coverage         100.0000%", "fertility        ")
                .endsWith("The| sea|'s|⏎\n|⇥|cal|m| \uFFFD|\uFFFD|\uFFFD\n".replace("| \uFFFD|", "| \uFFFD|"));
        assertThat(TokenView.of(Tokenizers.open("TOKENIZER", "gpt2"), "a\nb", true))
                .isEqualTo(
                        "\u001b[30;46ma\u001b[0m\u001b[30;43m\u23ce\u001b[0m\n\u001b[30;43m\u001b[0m\u001b[30;42mb\u001b[0m");
    }

    /** The text is read in the same way from every file format. */
    @Test
    void trainCountsTheBytesOfTheText() throws Exception {
        String text = "th\u00e9 sea and the boat";
        Path lines = Files.writeString(folder.resolve("sea.jsonl"), "{\"id\": 17, \"text\": \"" + text + "\"}\n");
        Path packed = folder.resolve("sea.txt.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        for (Path source : new Path[] {lines, packed}) {
            CliResult trained = CliResult.run(
                    "tokenizer",
                    "train",
                    source.toString(),
                    "--vocab-size",
                    "257",
                    "--output",
                    folder.resolve(source.getFileName() + ".json").toString(),
                    "--json");
            assertThat(trained.code()).as(trained.err()).isZero();
            assertThat(Json.tree(trained.out()).path("bytes").asInt()).isEqualTo(21);
        }
    }

    @Test
    void mistakesAreNamed() {
        assertFails(2, "--vocab-size", "tokenizer", "train", "embedded", "--vocab-size", "100");
        assertFails(2, "--min-frequency", "tokenizer", "train", "embedded", "--min-frequency", "0");
        assertFails(2, "'char' is made from a corpus", "tokenizer", "inspect", "char");
        assertFails(2, "TOKENIZER: 'gtp2' is not one of", "tokenizer", "inspect", "gtp2");
        assertFails(
                4, "line 1: '50257' is not an id", "tokenizer", "decode", "--tokenizer", "gpt2", "--ids", "1 50257");
        assertFails(2, "exclude each other", "tokenizer", "encode", "--tokenizer", "gpt2", "x", "--text", "y");
    }

    /** All verbs accept the tokenizer in the same way: as the first argument or by an option. */
    @Test
    void everyVerbAcceptsATokenizerInTheSameWay() throws Exception {
        Path run = Files.createDirectory(folder.resolve("run"));
        Path file = Files.writeString(
                run.resolve("tokenizer.json"), Tokenizers.open("", "byte").toJson());
        Path text = Files.writeString(folder.resolve("a.txt"), "ab");
        Path ids = Files.writeString(folder.resolve("a.ids"), "97 98\n");
        for (String name : List.of("byte", file.toString(), run.toString())) {
            assertThat(CliResult.run("tokenizer", "encode", name, text.toString())
                            .out())
                    .isEqualTo("97 98\n");
            assertThat(CliResult.run("tokenizer", "encode", "--tokenizer", name, text.toString())
                            .out())
                    .isEqualTo("97 98\n");
            assertThat(CliResult.run("tokenizer", "decode", name, ids.toString())
                            .out())
                    .isEqualTo("ab\n");
            assertThat(CliResult.run("tokenizer", "decode", "--tokenizer", name, ids.toString())
                            .out())
                    .isEqualTo("ab\n");
            String[] inspect = {"tokenizer", "inspect", name, text.toString(), "--json"};
            String[] named = {"tokenizer", "inspect", "--tokenizer", name, text.toString(), "--json"};
            assertThat(CliResult.run(inspect).out())
                    .contains("\"tokens\" : 2")
                    .isEqualTo(CliResult.run(named).out());
        }
        for (String verb : List.of("inspect", "encode", "decode")) {
            assertFails(2, "no tokenizer is given; name it as the first argument (byte, gpt2,", "tokenizer", verb);
            assertFails(2, "TOKENIZER: 'char' is made from a corpus", "tokenizer", verb, "char");
            assertFails(2, "--tokenizer: 'gtp2' is not one of", "tokenizer", verb, "--tokenizer", "gtp2");
            assertFails(2, "'b' is one argument too many", "tokenizer", verb, "--tokenizer", "byte", "a", "b");
            String flag = verb.equals("decode") ? "--ids" : "--text";
            assertFails(2, flag + " and SOURCE ('a') exclude each other", "tokenizer", verb, "byte", "a", flag, "1");
        }
    }

    /** If the library behind transformers would read other ids than those in the file, there is a warning. */
    @Test
    void idsThatTransformersReadsDifferentlyAreReported() throws Exception {
        String json = Json.line(Json.tree(Tokenizers.huggingFace(Tokenizers.open("", "byte"))));
        Path file = Files.writeString(
                folder.resolve("tokenizer.json"),
                json.replace(
                        "\"added_tokens\":[",
                        "\"added_tokens\":[{\"id\":310,\"content\":\"<|x|>\",\"special\":false},"));
        CliResult result = CliResult.run("tokenizer", "encode", file.toString(), "--text", "<|x|>");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo("310\n");
        assertThat(result.err())
                .contains("the added token '<|x|>' has the id 310", "assigns 257; here it is the file's");
    }

    private static void assertFails(int code, String part, String... arguments) {
        CliResult result = CliResult.run(arguments);
        assertThat(result.code()).as(result.err()).isEqualTo(code);
        assertThat(result.err()).contains(part);
    }
}
