package dev.mojave.base.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class YamlTest {
    @TempDir
    Path folder;

    @Test
    void readsScalarsAsPeopleMeanThem() {
        ObjectNode tree = Yaml.parse(
                "\uFEFFa: 1e-3\nb: 1.0E-4\nc: 10M\nd: 007\ne: {x: [1, two, true]}\nf:\ng: \"5\"\nh: 9007199254740993\n",
                "t");
        assertThat(tree.get("a").doubleValue()).isEqualTo(1e-3);
        assertThat(tree.get("b").doubleValue()).isEqualTo(1e-4);
        assertThat(tree.get("c").stringValue()).isEqualTo("10M");
        assertThat(tree.get("d").stringValue()).isEqualTo("007");
        assertThat(tree.get("e").toString()).isEqualTo("{\"x\":[1,\"two\",true]}");
        assertThat(tree.get("f").isNull()).isTrue();
        assertThat(tree.get("g").isString()).isTrue();
        assertThat(tree.get("h").longValue()).isEqualTo(9007199254740993L);
    }

    @ParameterizedTest
    @CsvSource({
        ".001, 0.001", ".5, 0.5", "5., 5.0", "-.5, -0.5", "+.5e2, 50.0", "1e3, 1000.0", "1E-3, 0.001", "1e+3, 1000.0",
        "+1, 1", "-0, 0", "1_000, 1000", "1_000.5, 1000.5", "0x1F, 31", "0o17, 15", "00.5, 0.5",
                "12345678901234567890123, 12345678901234567890123"
    })
    void readsNumbersByTheCoreSchema(String text, String number) {
        JsonNode value = Yaml.parse("a: " + text, "t").get("a");
        assertThat(value.isNumber()).isTrue();
        assertThat(value.toString()).isEqualTo(number);
        assertThat(Yaml.value(text, "--set a=" + text)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "007",
                "010",
                "1k",
                "1.5M",
                "yes",
                "No",
                "on",
                "2026-11-30",
                "1:30",
                "1__0",
                "_1",
                "1_",
                ".",
                "e5",
                "1e",
                "0x",
                "0xg",
                "1.2.3",
                "+",
                "--1",
                "Infinity",
                "NaN",
                "nul"
            })
    void anythingElseIsText(String text) {
        assertThat(Yaml.parse("a: " + text, "t").get("a")).isEqualTo(JsonNodeFactory.instance.stringNode(text));
    }

    @Test
    void quotedScalarsAreTextAndPlainNullIsNull() {
        assertThat(Yaml.parse("{a: '1', b: \"1e3\", c: 'true', d: ~, e: null, f: , g: 'null', h: True}", "t")
                        .toString())
                .isEqualTo(
                        "{\"a\":\"1\",\"b\":\"1e3\",\"c\":\"true\",\"d\":null,\"e\":null,\"f\":null,\"g\":\"null\",\"h\":true}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a: 1\\na: 2            | r.yaml: line 2, column 1: the key 'a' occurs twice; remove one: a: 2
            a:\\n\\tb: 1           | r.yaml: line 2, column 1: a tab; YAML must be indented with spaces: b: 1
            a: 1\\n---\\nb: 2      | r.yaml contains more than one document; remove everything from the second '---' on
            # only a comment\\n    | r.yaml is empty
            ---\\n                 | r.yaml: expected keys and values at the top level, found nothing
            - 1\\n- 2\\n           | r.yaml: expected keys and values at the top level, found a list
            just text              | r.yaml: expected keys and values at the top level, found "just text"
            a: &x 1\\nb: *x        | r.yaml: a: anchors and aliases (& and *) are not supported; write the value out
            a: *x                  | r.yaml: a: anchors and aliases (& and *) are not supported; write the value out
            a:\\n  b: !!int 5      | r.yaml: a.b: tags (!) are not supported; write the plain value
            a: !x!y 5              | r.yaml: line 1, column 4: tags (!) are not supported; write the plain value: a: !x!y 5
            a: b: c                | r.yaml: line 1, column 5: a second ': ' in a plain value; put the value in quotes: a: b: c
            a: [1, 2\\nb: 3        | r.yaml: line 2, column 2: a comma or ']' is missing: b: 3
            a: {b: 1, c: 2\\n      | r.yaml: line 2, column 1: a comma or '}' is missing
            a: "b\\nc: 3           | r.yaml: line 2, column 5: a quotation mark is not closed: c: 3
            a: 1\\n  b: 2          | r.yaml: line 2, column 4: a second ': ' in a plain value; put the value in quotes: b: 2
            a:\\n    b: 1\\n  c: 2 | r.yaml: line 3, column 3: this line is not indented like the lines that it belongs to: c: 2
            a: 1\\nb               | r.yaml: line 2, column 2: a colon is missing after the key, or the line is indented wrongly: b
            a: @x                  | r.yaml: line 1, column 4: a value cannot begin with this character; put it in quotes: a: @x
            a: "\\d"               | r.yaml: line 1, column 6: this is not an escape sequence of YAML; use single quotes: a: "\\d"
            ? [1]\\n: 2            | r.yaml: line 1, column 3: a key must be plain text: ? [1]
            a: - 1                 | r.yaml: line 1, column 4: a list cannot begin here; put it on separate lines: a: - 1
            """)
    void refusesByName(String text, String message) {
        assertThatThrownBy(() -> Yaml.parse(text.replace("\\n", "\n").replace("\\t", "\t"), "r.yaml"))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage(message);
    }

    @Test
    void refusesUnclosedFlowAndDeepNesting() {
        assertThatThrownBy(() -> Yaml.parse("a: [1,\n", "r.yaml"))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("r.yaml: line ")
                .hasMessageContaining("is missing");
        assertThatThrownBy(() -> Yaml.parse("a: " + "[".repeat(70) + "]".repeat(70), "r.yaml"))
                .hasMessageContaining("is nested more than 64 levels deep");
    }

    @Test
    void refusesFilesThatCannotBeRead() throws IOException {
        Path missing = folder.resolve("missing.yaml");
        assertThatThrownBy(() -> Yaml.read(missing))
                .isInstanceOf(Failure.class)
                .hasMessage(missing + " does not exist");
        assertThatThrownBy(() -> Yaml.read(folder)).hasMessage(folder + " cannot be read: it is a folder");
        Path binary = Files.write(folder.resolve("b.yaml"), new byte[] {'a', (byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> Yaml.read(binary)).hasMessage(binary + " is not UTF-8 text");
        Path wide = Files.write(folder.resolve("w.yaml"), "\uFEFFa: 1".getBytes(StandardCharsets.UTF_16LE));
        assertThatThrownBy(() -> Yaml.read(wide))
                .hasMessage(wide + " begins with a UTF-16 byte-order mark; save it as UTF-8");
        assertThatThrownBy(() -> Yaml.parse("a: 1\nb: \u0007", "r.yaml"))
                .hasMessage("r.yaml: line 2, column 4: the control character U+0007; remove it: b: \u0007");
        assertThatThrownBy(() -> Yaml.parse("a: " + "x".repeat(4_000_000), "r.yaml"))
                .hasMessage("r.yaml is too long for settings (more than 3 million characters)");
    }

    @Test
    void printsWhatPeopleWrite() {
        String text = """
                name: moe
                data:
                  source: my data
                  validation:
                    tail: 0.1
                betas: [0.9, 0.99]
                grid:
                  - [1, 2]
                  - [3]
                """.replace("my data", "\"my data\"");
        assertThat(Yaml.print(Yaml.parse(text, "t"))).isEqualTo(text);
    }

    @Test
    void printsTreesThatReadBackEqual() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            ObjectNode tree = JsonNodeFactory.instance.objectNode();
            fill(tree, random, 0);
            tree.put("last", random.nextLong());
            String printed = Yaml.print(tree);
            assertThat(Yaml.parse(printed, "printed"))
                    .as("seed %d:%n%s", seed, printed)
                    .isEqualTo(tree);
        }
    }

    private static void fill(ObjectNode tree, Random random, int depth) {
        int keys = random.nextInt(5);
        for (int k = 0; k < keys; k++) {
            String key = string(random);
            switch (random.nextInt(depth > 3 ? 5 : 7)) {
                case 0 -> tree.put(key, random.nextLong());
                case 1 -> tree.put(key, Double.longBitsToDouble(random.nextLong() & 0x7FE0_0000_0000_0000L) * 1.3);
                case 2 -> tree.put(key, random.nextBoolean());
                case 3 -> tree.putNull(key);
                case 4 -> tree.put(key, string(random));
                case 5 -> fill(tree.putObject(key), random, depth + 1);
                default -> {
                    ArrayNode list = tree.putArray(key);
                    list.add(string(random)).add(random.nextGaussian());
                    if (random.nextBoolean()) {
                        fill(list.addObject(), random, depth + 1);
                    }
                }
            }
        }
    }

    private static String string(Random random) {
        String[] hard = {
            "", " ", "a b", "yes", "1e5", "null", "~", "- x", "#c", "a: b", "a\n b\n", "\ttab", "\u0000", "\u2028", "€",
                    "😀", "{", "'", "\"", "\\",
            "0x1F", "1:30", "*x", "&y", "!t", "%", "@", "`", "?", "|", ">", "-", "...", "---", "\u0085", "\uFEFF",
                    "\uFFFF", "x#y", "True", "10M"
        };
        return hard[random.nextInt(hard.length)] + (random.nextBoolean() ? "" : random.nextInt(50));
    }
}
