package dev.mojave.cli.verb.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.cli.CliResult;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.Terminal;
import dev.mojave.cli.verb.Verb;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

class DataVerbTest {
    @TempDir
    Path folder;

    private String run(Verb verb, String... arguments) throws Exception {
        new CommandLine(verb).parseArgs(arguments);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        Console console = new Console(new PrintStream(out, true, StandardCharsets.UTF_8), () -> errors, Terminal.NONE);
        assertThat(verb.run(console)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void importListAndShowAgree() throws Exception {
        Path file = Files.writeString(folder.resolve("Old sea.txt"), "the sea\nthe sea\n");
        Path home = folder.resolve("home");
        assertThat(run(new DataImport(home), file.toString()))
                .contains("imported 'Old-sea': 1 document, 16 B, 4 words")
                .contains("data.source: Old-sea");
        assertThat(run(new DataList(home)).lines())
                .containsExactly(
                        "name       documents      text    words  categories",
                        "embedded     117,791   11.4 MB    1.75M  adjective, adverb, noun, verb",
                        "Old-sea            1      16 B        4");
        assertThat(run(new DataShow(home), "Old-sea"))
                .contains(
                        "Old-sea: 1 document, 16 B, 4 words, 16 characters",
                        "first lines:\n  the sea\n  the sea\n",
                        "from " + file);
        assertThatThrownBy(() -> run(new DataImport(home), file.toString()))
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll("'Old-sea' already exists", "--overwrite");
        JsonNode again = Json.tree(run(new DataImport(home), file.toString(), "--overwrite", "--json"));
        assertThat(again.path("documents").asLong()).isEqualTo(1);
        JsonNode list = Json.tree(run(new DataList(home), "--json"));
        assertThat(list.path(1).path("name").asString()).isEqualTo("Old-sea");
        JsonNode shown = Json.tree(run(new DataShow(home), "embedded", "--json"));
        assertThat(shown.path("info").path("documents").asLong()).isEqualTo(117_791);
    }

    @Test
    void columnsAreNamedByFlags() throws Exception {
        Path file = Files.writeString(folder.resolve("news.csv"), "desk,title,body\nworld,T,B\n");
        String printed = run(
                new DataImport(folder.resolve("home")),
                file.toString(),
                "--name",
                "n",
                "--text-field",
                "title,body",
                "--category-field",
                "desk");
        assertThat(printed).contains("imported 'n': 1 document, 3 B, 2 words", "categories: world");
    }

    @Test
    void whatWasReadAndLeftOutIsReportedAndStored() throws Exception {
        Path home = folder.resolve("home");
        Path file = Files.writeString(
                folder.resolve("chat.jsonl"),
                "{\"turns\": [{\"says\": \"a\"}, {\"says\": \"b\"}], \"label\": 1}\n{\"turns\": []}\n");
        String printed = run(
                new DataImport(home),
                file.toString(),
                "--text-field",
                "turns[].says",
                "--join",
                "\\n\\n",
                "--no-category");
        assertThat(printed).contains("imported 'chat': 1 document, 4 B", "  chat.jsonl: the text is in 'turns[].says'");
        assertThat(run(new DataShow(home), "chat"))
                .contains("read as: chat.jsonl: the text is in 'turns[].says'", "note: left out 1 row without text");
        Path table = Files.writeString(folder.resolve("t.tsv.gz"), "0\t1\n\"a\tb\n");
        assertThat(run(
                        new DataImport(home),
                        table.toString(),
                        "--header",
                        "--no-quote",
                        "--format",
                        "tsv",
                        "--encoding",
                        "UTF-8",
                        "--text-field",
                        "0"))
                .contains("imported 't': 1 document, 2 B", "a header [0, 1]; the text is in 0");
        assertThatThrownBy(() -> run(new DataImport(home), table.toString(), "--format", "tvs"))
                .hasMessageContaining("--format: 'tvs' is not one of text, jsonl, json, csv, tsv; did you mean 'tsv'?");
        assertThatThrownBy(() -> run(new DataImport(home), table.toString(), "--no-category", "--category-field", "1"))
                .hasMessageContaining("exclude each other");
        assertThatThrownBy(() -> run(new DataImport(home), "/dev/null")).hasMessageContaining("choose one with --name");
    }

    @Test
    void aMissingPathEndsWithTwoAndOneLine() {
        CliResult result =
                CliResult.run("data", "import", folder.resolve("no.txt").toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).singleElement().asString().endsWith("no.txt does not exist");
    }
}
