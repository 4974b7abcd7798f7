package dev.mojave.data.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.data.DataSpec;
import dev.mojave.data.DataSpecs;
import dev.mojave.data.catalog.Imports;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.corpus.DatasetInfo;
import dev.mojave.data.source.TextFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JSON documents: lists, lines, paths to texts, and everything that Python's json module reads. */
class JsonDocumentsTest {
    private static final String CHAT = """
            {"id": 1, "messages": [{"role": "user", "content": "Hello"}, {"role": "tool", "content": null}, {"role": "assistant", "content": "Hi"}]}
            {"id": 2, "messages": [{"role": "user", "content": "Bye"}, {"role": "x"}]}
            """;

    @TempDir
    Path folder;

    private Imports imports = new Imports(Path.of("unset"));

    @BeforeEach
    void imports() {
        imports = new Imports(folder);
    }

    @Test
    void aJsonFileIsAListOfObjectsOrObjectsInARow() throws IOException {
        String list =
                "[\n {\n \"text\": \"a ] } \\\" b\", \"label\": \"x\"\n },\n {\"text\": \"c\\\\\", \"more\": {\"d\": [{}]}}\n]\n";
        Path file = imports.write("list.json", list);
        assertThat(imports.texts(file)).containsExactly("a ] } \" b", "c\\");
        assertThat(imports.texts(imports.write("rows.json", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n")))
                .containsExactly("a", "b");
        assertThat(imports.texts(imports.write("pretty.json", "{\n\"text\": \"a\"\n}\n\n{\n\"text\": \"b\"\n}")))
                .containsExactly("a", "b");
        assertThat(imports.texts(imports.write("folder/one.json", list), imports.write("folder/two.txt", "plain")))
                .containsExactly("a ] } \" b", "c\\", "plain");
        assertThat(imports.format(TextFormat.TEXT).texts(file)).containsExactly(list);
    }

    @Test
    void aBrokenListIsNamedByLine() throws IOException {
        refused("empty.json", "[]", "empty.json is empty");
        refused("cut.json", "[\n{\"text\": \"a\"},\n", "cut.json line 3: the file ends inside its list");
        refused("half.json", "[\n{\"text\": \"a\",\n", "the object that begins on line 2 does not end");
        refused("comma.json", "[{\"text\": \"a\"} {\"text\": \"b\"}]", "expected a comma", "found '{'");
        refused("after.json", "[{\"text\": \"a\"}]\n{}", "line 2: expected nothing after the ']'");
        refused("strings.json", "[\"a\", \"b\"]", "expected an object", "jq -c '.[] | {text: .}'");
        refused("number.json", "5", "number.json line 1: expected an object");
        refused("bad.json", "[\n{\"text\": \"a\"},\n{\"text\": 'b'}]", "line 3", "single quotes");
        imports.refused(
                Failure.Kind.USAGE,
                imports.write("squad.json", "{\"version\": 1, \"data\": [{\"title\": \"a\"}]}"),
                "'text' is missing",
                "jq -c '.data[]' FILE");
    }

    private void refused(String name, String content, String... parts) throws IOException {
        imports.refused(Failure.Kind.DATA, imports.write(name, content), parts);
    }

    @Test
    void jsonWithAnotherExtensionIsAskedAbout() throws IOException {
        Path lines = imports.write("lines.txt", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n");
        imports.refused(
                Failure.Kind.USAGE, lines, "lines.txt looks like JSON Lines", "--format jsonl", "--format text");
        assertThat(imports.format(TextFormat.JSONL).texts(lines)).containsExactly("a", "b");
        imports.refused(
                Failure.Kind.USAGE,
                imports.write("list", "[\n {\"text\": \"a\"}]"),
                "looks like JSON",
                "--format json");
        String prose = "[1] a list of {things}\n";
        assertThat(imports.texts(imports.write("prose.txt", prose))).containsExactly(prose);
        assertThat(imports.texts(imports.write("code.txt", "{}\n{x}\n"))).containsExactly("{}\n{x}\n");
    }

    @Test
    void nestedFieldsAndMessagesAreNamedByPaths() throws IOException {
        Path chat = imports.write("chat.jsonl", CHAT);
        assertThat(imports.text("messages[].content").texts(chat)).containsExactly("Hello\nHi", "Bye");
        assertThat(imports.text("messages[].content").join(" | ").texts(chat)).containsExactly("Hello | Hi", "Bye");
        assertThat(imports.text("messages[0].content").texts(chat)).containsExactly("Hello", "Bye");
        assertThat(imports.text("messages[0].role,messages[0].content")
                        .join(": ")
                        .texts(chat))
                .containsExactly("user: Hello", "user: Bye");
        Path nested = imports.write(
                "nested.jsonl",
                "{\"a\": {\"b\": \"inner\", \"kind\": \"k\"}, \"a.b\": \"exact\"}\n{\"a\": {\"b\": \"x\", \"kind\": \"k\"}}\n");
        assertThat(imports.text("a.b").texts(nested)).containsExactly("exact", "x");
        assertThat(imports.text("a.b").category("a.kind").add(nested).categories())
                .containsOnlyKeys("k");
        imports.refused(Failure.Kind.USAGE, chat, "'text' is missing", "--text-field 'messages[].content'");
        imports.text("messages[].txt").refused(Failure.Kind.DATA, chat, "line 1: 'messages[].txt' is missing");
        imports.text("messages").refused(Failure.Kind.DATA, chat, "'messages' is a list, not a string");
        imports.text("turns[].content").refused(Failure.Kind.DATA, chat, "'turns[].content' is missing");
    }

    @Test
    void whatPythonWritesIsReadIfNobodyAsksForIt() throws IOException {
        Path file = imports.write(
                "scored.jsonl",
                "{\"text\": \"a\", \"score\": NaN, \"x\": [Infinity, -Infinity]}\n{\"text\": \"b\", \"n\": 1, \"n\": 2, \"big\": "
                        + "9".repeat(2000) + "}\n");
        assertThat(imports.texts(file)).containsExactly("a", "b");
        Path list = imports.write("scored.json", "[{\"text\": \"a\", \"score\": NaN}]");
        assertThat(imports.texts(list)).containsExactly("a");
    }

    @Test
    void aLoneSurrogateBecomesAReplacementCharacterAndIsCounted() throws IOException {
        Path file = imports.write(
                "cut.jsonl",
                "{\"text\": \"fox \\ud83d\", \"label\": \"\\udc00\"}\n{\"text\": \"\\ud83e\\udd8a\", \"label\": \"a\"}\n");
        DatasetInfo info = imports.add(file);
        assertThat(info.notes())
                .containsExactly("replaced lone surrogates (half a character) with U+FFFD in 1 document");
        assertThat(info.categories()).containsOnlyKeys("\uFFFD", "a");
        assertThat(imports.documents("set").getFirst().text()).isEqualTo("fox \uFFFD");
        // A character vocabulary used to fail here.
        for (String tokenizer : List.of("char", "byte", "gpt2")) {
            DataSpec spec = DataSpecs.of("source: set, tokenizer: %s, validation: {tail: 0}", tokenizer);
            try (PreparedData data = imports.datasets().open(spec, Progress.SILENT)) {
                int[] ids = new int[(int) data.train().tokens()];
                data.train().read(0, ids);
                assertThat(data.tokenizer().decode(ids))
                        .as(tokenizer)
                        .contains("fox \uFFFD")
                        .contains("\uD83E\uDD8A");
            }
        }
    }

    @Test
    void messagesAreInTheUsersWords() throws IOException {
        refused(
                "pretty.jsonl",
                "{\n  \"text\": \"a\"\n}\n",
                "pretty.jsonl line 1 is not a JSON object",
                "one complete object per line",
                "--format json");
        refused(
                "list.jsonl",
                "[\n{\"text\": \"a\"}\n]\n",
                "line 1 is not a JSON object",
                "in the middle of a value",
                "--format json");
        refused("one.jsonl", "[{\"text\": \"a\"}]\n", "line 1 is not a JSON object", "--format json reads a list");
        refused("half.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b", "half.jsonl line 2", "cut off");
        Path missing = imports.write("null.jsonl", "{\"text\": \"one\"}\n{\"text\": null}\n");
        imports.refused(
                Failure.Kind.DATA, missing, "null.jsonl line 2: 'text' is null, not a string", "select(.text != null)");
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> imports.add(missing)))
                .hasMessageNotContaining("did you mean");
        imports.refused(
                Failure.Kind.USAGE,
                imports.write("keys.jsonl", "{\"texts\": \"x\", \"title\": \"y\"}\n"),
                "line 1: 'text' is missing; its keys are [texts, title]",
                "--text-field texts,title",
                "did you mean 'texts'?");
        refused("later.jsonl", "{\"text\": \"x\"}\n{\"txt\": \"y\"}\n", "line 2: 'text' is missing");
    }

    @Test
    void categoriesThatHardlyRepeatAreAskedAbout() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            rows.append("{\"text\": \"t")
                    .append(i)
                    .append("\", \"label\": 0.")
                    .append(i + 10)
                    .append("}\n");
        }
        Path file = imports.write("scores.jsonl", rows.toString());
        imports.refused(
                Failure.Kind.USAGE,
                file,
                "is 'label' the category?",
                "20 different values in 20 rows",
                "--no-category");
        assertThat(imports.noCategory().add(file).categories()).isEmpty();
    }

    @Test
    void rowsWithoutTextAreCounted() throws IOException {
        Path file = imports.write("blank.jsonl", "{\"text\": \"a\"}\n{\"text\": \" \"}\n\n{\"text\": \"\"}\n");
        DatasetInfo info = imports.add(file);
        assertThat(info.documents()).isEqualTo(1);
        assertThat(info.notes()).containsExactly("left out 2 rows without text");
        assertThat(info.taken()).containsExactly("blank.jsonl: the text is in 'text'");
    }
}
