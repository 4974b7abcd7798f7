package dev.mojave.run.folder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.interop.ModelFolder;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.result.ExpertProfiles;
import dev.mojave.result.Provenance;
import dev.mojave.run.checkpoint.TrainState;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.run.recipe.StudyRecipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever is wrong with a file of settings or results, the message describes the file and never uses the words of the library
 * that read it.
 */
class MalformedFilesTest {
    /** Words of the libraries: their settings, tokens and classes, and their descriptions of the source. */
    private static final Pattern LIBRARY = Pattern.compile(
            "ReadFeature|Source:|REDACTED|JsonToken|START_|END_|VALUE_|FIELD_NAME|PROPERTY_NAME|Exception|jackson|snakeyaml|java\\.|"
                    + "deserial|Deserial|coerc|token \\(|Unexpected character|was expecting|JsonNode|`|code point|in reader|<block|StreamRead"
                    + "|Object entry|Object property|record component|reference chain|\\[Source|creator");

    private interface Reader {
        void read(Path file, byte[] content) throws IOException;
    }

    @TempDir
    Path folder;

    private static Map<String, byte[]> malformed() {
        Map<String, byte[]> texts = new LinkedHashMap<>();
        String good =
                "{\"version\": 1, \"type\": \"char\", \"state\": \"finished\", \"step\": 3, \"model_type\": \"gpt2\"}";
        for (String text : List.of(
                "",
                " \n ",
                "null",
                "[]",
                "5",
                "\"text\"",
                good.substring(0, 30),
                good.substring(0, 20),
                good + good,
                good.replace("}", ",}"),
                good.replace('"', '\''),
                good.replace("\"", ""),
                good.replace(": 3", ": 3 // a comment"),
                "# a comment\n" + good,
                "/* a comment */" + good,
                good.replace(": 3", ": NaN"),
                good.replace(": 3", ": -Infinity"),
                good.replace(": 3", ": 3.5"),
                good.replace(": 3", ": \"three\""),
                good.replace(": 3", ": {\"a\": [1]}"),
                good.replace(": 3", ": 99999999999999999999999"),
                good.replace(": 3", ": " + "9".repeat(2000)),
                good.replace(": 3", ": 003"),
                good.replace("\"char\"", "17"),
                good.replace("\"finished\"", "\"gone\""),
                good.replace("}", ", \"step\": 4}"),
                good.replace("}", ", \"unknown\": 4}"),
                good.replace("char", "ch\nar"),
                good.replace("char", "ch\tar"),
                good.replace("char", "ch\\xar"),
                good.replace("char", "ch\\ud800ar"),
                good.replace(": 3", ": " + "[".repeat(2000) + "]".repeat(2000)),
                good.replace(": 3", ": " + "{\"a\":".repeat(600)),
                "key: value\n  worse: [1, 2\n",
                "a: &x 1\nb: *x\n",
                "a: !!java.util.Date 1\n",
                "a:\n\tb: 1\n",
                "<html><body>404</body></html>",
                "\u0000\u0001\u0002",
                "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")) {
            texts.put(text.length() > 80 ? text.substring(0, 80) + "..." : text, text.getBytes(StandardCharsets.UTF_8));
        }
        texts.put("UTF-16", ("\uFEFF" + good).getBytes(StandardCharsets.UTF_16LE));
        texts.put("UTF-16 without its mark", good.getBytes(StandardCharsets.UTF_16BE));
        texts.put("a byte-order mark and half", ("\uFEFF" + good.substring(0, 40)).getBytes(StandardCharsets.UTF_8));
        texts.put("Latin-1", good.replace("char", "caf\u00e9").getBytes(StandardCharsets.ISO_8859_1));
        return texts;
    }

    private static Reader at(String name, java.util.function.Consumer<Path> read) {
        return (file, content) -> {
            Path named = Files.write(file.resolveSibling(name), content);
            read.accept(named);
        };
    }

    private static Map<String, Reader> readers() {
        Map<String, Reader> readers = new LinkedHashMap<>();
        readers.put("tree", at("tree.json", file -> Json.read(file, JsonNode.class)));
        readers.put("object", at("object.json", file -> Json.read(file, ObjectNode.class)));
        readers.put("provenance", at("provenance.json", file -> Json.read(file, Provenance.class)));
        readers.put("experts", at("experts.json", file -> Json.read(file, ExpertProfiles.class)));
        readers.put("status", at("status.json", file -> Json.read(file, Status.class)));
        readers.put("state", at("state.json", file -> Json.read(file, TrainState.class)));
        readers.put("tokenizer", at("tokenizer.json", Tokenizers::read));
        readers.put(
                "config",
                at(
                        "config.json",
                        file -> ModelFolder.open(file.toAbsolutePath().resolveSibling(""))
                                .close()));
        readers.put("yaml", at("r.yaml", Yaml::read));
        readers.put("recipe", at("recipe.yaml", file -> RecipeDraft.read(file, List.of())));
        readers.put("study", at("study.yaml", file -> StudyRecipe.read(file, List.of())));
        readers.put("metrics", (file, content) -> {
            byte[] line = new String(content, StandardCharsets.ISO_8859_1)
                    .replace('\n', ' ')
                    .getBytes(StandardCharsets.ISO_8859_1);
            byte[] whole = ByteBuffer.allocate(line.length + 2)
                    .put(line)
                    .put("\n\n".getBytes(StandardCharsets.UTF_8))
                    .array();
            MetricsLog.read(Files.write(file.resolveSibling("metrics.jsonl"), whole));
        });
        readers.put("safetensors", (file, content) -> {
            byte[] whole = ByteBuffer.allocate(content.length + 8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(content.length)
                    .put(content)
                    .array();
            SafetensorsFile.open(Files.write(file.resolveSibling("model.safetensors"), whole))
                    .close();
        });
        return readers;
    }

    @Test
    void noWordOfALibraryReachesTheUser() throws IOException {
        int refused = 0;
        for (Map.Entry<String, Reader> reader : readers().entrySet()) {
            for (Map.Entry<String, byte[]> text : malformed().entrySet()) {
                Path file =
                        Files.createDirectories(folder.resolve(reader.getKey())).resolve("x");
                String place = reader.getKey() + " of " + text.getKey();
                try {
                    reader.getValue().read(file, text.getValue());
                } catch (Failure failure) {
                    refused++;
                    assertThat(failure.getMessage())
                            .as(place)
                            .isNotBlank()
                            .doesNotContainPattern(LIBRARY)
                            .hasSizeLessThan(900);
                    assertThat(failure.getMessage()).as(place).contains(folder.toString());
                } catch (RuntimeException e) {
                    throw new AssertionError(place + " is an internal error: " + e, e);
                }
            }
        }
        assertThat(refused).isGreaterThan(400);
    }
}
