package dev.mojave.base.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class JsonTest {
    enum Colour {
        RED,
        GREEN
    }

    record Part(int stepCount, List<Double> rates, Colour colour) {
        Part {
            Check.that(stepCount >= 0, "step_count (%d) must not be negative", stepCount);
        }
    }

    record Whole(String name, Part part, boolean done) {}

    private static final String GOOD =
            "{\"name\": \"a\", \"part\": {\"step_count\": 3, \"rates\": [1, 2], \"colour\": \"RED\"}, \"done\": true}";

    @TempDir
    Path folder;

    @Test
    void numbersThatAreNotFiniteAreReadAsPythonWritesThem() throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), "{\"a\": [NaN, Infinity, -Infinity], \"b\": \"NaN\"}");
        JsonNode tree = Json.read(file, JsonNode.class);
        assertThat(tree.path("a").path(0).doubleValue()).isNaN();
        assertThat(tree.path("a").path(1).doubleValue()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(tree.path("a").path(2).doubleValue()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(tree.path("b").isString()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": 1,\\n "b": [1, 2\\n| line 3, column 1: the text is truncated: it ends in the middle of a list that begins on line 2; fetch or write it again
            {"a": 1, "b            | line 1, column 12: the text is truncated: it ends in the middle of text; fetch or write it again
            {"a": tr               | line 1, column 7: the text is truncated: it ends in the middle of a word; fetch or write it again
            {"a": 1.               | line 1, column 9: the text is truncated: it ends in the middle of a number; fetch or write it again
            {"a": 1,\\n}           | line 2, column 1: a comma before the closing '}'; remove the comma
            [1, 2, ]               | line 1, column 8: a comma before the closing ']'; remove the comma
            {'a': 1}               | line 1, column 2: a key in single quotes; JSON needs double quotes
            {"a": 'b'}             | line 1, column 7: text in single quotes; JSON needs double quotes
            {a: 1}                 | line 1, column 2: the key a has no quotes; write "a"
            {"a": many}            | line 1, column 7: the text many has no quotes; text needs double quotes
            {"a": 1 // b\\n}       | line 1, column 9: a comment, which JSON does not allow; remove it
            {/* b */ "a": 1}       | line 1, column 2: a comment, which JSON does not allow; remove it
            # b\\n{"a": 1}         | line 1, column 1: a comment, which JSON does not allow; remove it
            {"a": 1} // b          | line 1, column 10: a comment, which JSON does not allow; remove it
            {"a": NaN, "b": 1,}    | line 1, column 19: a comma before the closing '}'; remove the comma
            {"a": [-Infinity] "b"} | line 1, column 19: a comma or '}' is missing here
            {"a": True}            | line 1, column 7: True is not JSON; write true
            {"a": 1, "b": 2, "a": 3} | line 1, column 18: the key "a" occurs twice; remove one
            {"a": 007}             | line 1, column 7: 007 is not a valid JSON number such as 10, -0.5 or 1e-3
            {"a": .5}              | line 1, column 7: .5 is not a valid JSON number such as 10, -0.5 or 1e-3
            {"a": "b\\nc"}         | line 1, column 9: a line break inside text; write \\n instead, or close the quotes
            {"a": "\\d"}           | line 1, column 8: this is not an escape sequence of JSON; write \\\\ for a backslash
            {"a" 1}                | line 1, column 6: a colon is missing between a key and its value
            {"a": 1 "b": 2}        | line 1, column 9: a comma or '}' is missing here
            {"a": }                | line 1, column 7: a value is missing before '}'
            {"a": 1} {"b": 2}      | line 1, column 10: there is more text after the end of the first value; remove it (a file contains one value)
            <html>                 | line 1, column 1: a value is expected here, but '<' does not begin one
            """)
    void saysWhereAndWhyTextIsNotJson(String text, String message) throws IOException {
        String content = text.replaceAll("\\\\n(?=.)|\\\\n$", "\n");
        Path file = Files.writeString(folder.resolve("a.json"), content);
        assertThatThrownBy(() -> Json.read(file, JsonNode.class))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessage(file + ": " + message);
        assertThatThrownBy(() -> Json.tree(content, "here")).hasMessage("here: " + message);
    }

    @Test
    void saysWhatIsTooDeepOrTooLong() {
        assertThatThrownBy(() -> Json.tree("[".repeat(501) + "]".repeat(501), "t"))
                .hasMessageContaining("nested more than 500 levels deep");
        assertThatThrownBy(() -> Json.tree("[".repeat(5000), "t"))
                .hasMessageContaining("nested more than 500 levels deep");
        assertThatThrownBy(() -> Json.tree("[" + "1".repeat(1001) + "]", "t"))
                .hasMessage("t: line 1, column 2: a number of more than 1000 characters");
        assertThatThrownBy(() -> Json.tree("{\"" + "k".repeat(50_001) + "\": 1}", "t"))
                .hasMessage("t: line 1, column 2: a key of more than 50000 characters");
    }

    @Test
    void readsAByteOrderMarkAndNamesOtherEncodings() throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), "\uFEFF" + GOOD);
        assertThat(Json.read(file, Whole.class).part().stepCount()).isEqualTo(3);
        Files.write(file, ("\uFEFF" + GOOD).getBytes(StandardCharsets.UTF_16LE));
        assertThatThrownBy(() -> Json.read(file, Whole.class))
                .hasMessage(file + " begins with a UTF-16 byte-order mark; save it as UTF-8");
        Files.write(file, GOOD.getBytes(StandardCharsets.UTF_16BE));
        assertThatThrownBy(() -> Json.read(file, Whole.class))
                .hasMessage(file + " contains zero bytes, like UTF-16 text; save it as UTF-8");
        Files.write(file, "{\"a\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Json.read(file, Whole.class)).hasMessage(file + " is not UTF-8 text");
        Files.writeString(file, " \n");
        assertThatThrownBy(() -> Json.read(file, Whole.class))
                .hasMessageContaining("is empty, but should contain JSON");
        Files.writeString(file, "null");
        assertThatThrownBy(() -> Json.read(file, Whole.class)).hasMessage(file + ": expected an object, found null");
        assertThatThrownBy(() -> Json.read(file, ObjectNode.class))
                .hasMessage(file + " must contain one JSON object, but contains null");
        assertThatThrownBy(() -> Json.read(folder.resolve("no.json"), Whole.class))
                .hasMessageEndingWith("does not exist");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "step_count": 3     | "step_count": "3"   | part.step_count: expected a whole number, found "3"
            "step_count": 3     | "step_count": 3.5   | part.step_count: expected a whole number, found 3.5
            "step_count": 3     | "step_count": null  | part.step_count: expected a whole number, found null
            "step_count": 3     | "stepcount": 3      | part.stepcount: unknown key; did you mean 'step_count'?
            "step_count": 3     | "step_count": -3    | part: step_count (-3) must not be negative
            "step_count": 3     | "step_count": 9999999999 | part.step_count: expected a whole number, found one that is too large
            [1, 2]              | [1, "two"]          | part.rates[1]: expected a number, found "two"
            [1, 2]              | {}                  | part.rates: expected a list, found an object
            "RED"               | "BLUE"              | part.colour: expected one of RED, GREEN, found "BLUE"
            "done": true        | "done": "yes"       | done: expected true or false, found "yes"
            "done": true        | "done": 1           | done: expected true or false, found 1
            "name": "a"         | "name": ["a"]       | name: expected text, found a list
            """)
    void saysWhichKeyIsOfTheWrongKind(String before, String after, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), GOOD.replace(before, after == null ? "" : after));
        assertThatThrownBy(() -> Json.read(file, Whole.class))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessage(file + ": " + message);
    }

    /** Whatever the damage, the message is Mojave's and not the parser's, and valid JSON is never reported as invalid. */
    @Test
    void findsAFaultExactlyWhereTheParserRefuses() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String damaged = damage(GOOD.replace("\"a\"", "\"a\\n\\u00e9\""), random);
            String place = "seed " + seed + ": " + damaged;
            JacksonException refused = catchThrowableOfType(JacksonException.class, () -> Json.tree(damaged));
            if (refused == null) {
                assertThat(JsonSyntax.find(damaged).map(JsonSyntax.Fault::what).filter(what -> !damaged.isBlank()))
                        .as(place)
                        .isEmpty();
            } else {
                assertThat(JsonSyntax.find(damaged)).as(place).isPresent();
            }
        }
    }

    private static String damage(String text, Random random) {
        List<String> pieces = List.of(
                ",",
                "}",
                "{",
                "[",
                "]",
                "\"",
                "'",
                ":",
                "1",
                "-",
                ".",
                "e",
                "\\",
                "\n",
                "\t",
                "NaN",
                "//",
                "\uFEFF",
                "\0",
                "x",
                " ",
                "true",
                "\"a\":",
                "\ud83d\ude00",
                "\u2028",
                "+");
        StringBuilder damaged = new StringBuilder(text);
        for (int n = 1 + random.nextInt(2); n > 0; n--) {
            int at = random.nextInt(damaged.length() + 1);
            switch (random.nextInt(3)) {
                case 0 -> damaged.insert(at, pieces.get(random.nextInt(pieces.size())));
                case 1 -> damaged.delete(at, Math.min(damaged.length(), at + 1 + random.nextInt(3)));
                default -> damaged.setLength(at);
            }
        }
        return damaged.toString();
    }
}
