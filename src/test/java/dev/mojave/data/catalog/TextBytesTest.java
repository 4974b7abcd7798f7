package dev.mojave.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.data.DataSpec;
import dev.mojave.data.DataSpecs;
import dev.mojave.data.store.TokenSplit;
import dev.mojave.data.window.EvalWindows;
import dev.mojave.data.window.RowLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The number of bytes in bits per byte is that of the encoded text, also when it comes through the token store. */
class TextBytesTest {
    private static final Path GOLDEN =
            Path.of("src/test/resources/golden/tokenizers").toAbsolutePath();

    @TempDir
    Path folder;

    private PreparedData open(String text, String keys) throws IOException {
        Path file = Files.writeString(folder.resolve("text.txt"), text);
        // Several shards, so that the positions of lengths and ids differ.
        return new Datasets(folder.resolve("home"), 50)
                .open(DataSpecs.of("source: \"%s\", %s", file, keys), Progress.SILENT);
    }

    private static String golden(String name) {
        return "tokenizer: \"" + GOLDEN.resolve(name + ".json") + "\"";
    }

    private static String text() throws IOException {
        return Files.readString(GOLDEN.resolve("corpus.txt"))
                + "  \u0416\u0416 na\u00efve \u20ac <|endoftext|> </s> end \n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"word_piece", "unigram", "byte_level"})
    void windowsShareTheBytesOfTheText(String name) throws Exception {
        String text = text();
        try (PreparedData data = open(text, golden(name) + ", validation: {tail: 0.1}, document_separator: false")) {
            TokenSplit held = data.validation();
            int[] points = text.codePoints().toArray();
            int start = (int) Math.floor(points.length * (1 - 0.1));
            String tail = new String(points, start, points.length - start);
            long bytes = tail.getBytes(StandardCharsets.UTF_8).length;
            assertThat(held.bytes()).isEqualTo(bytes);
            long first = data.tokenizer().encodeText(tail).bytes(0);
            for (int context : new int[] {1, 3, 64, 100_000}) {
                EvalWindows windows = EvalWindows.all(held, new RowLayout.Windows(context));
                assertThat(windows.bytes(data.tokenizer()))
                        .as("context %d", context)
                        .isEqualTo(bytes - first);
            }
            assertThat(EvalWindows.limited(held, new RowLayout.Windows(4), 9).bytes(data.tokenizer()))
                    .isBetween(1L, bytes - first - 1);
        }
    }

    /** A separator has no bytes of its own, but it covers those of a document that is encoded as no tokens. */
    @Test
    void separatorsCoverNoTextOfTheirOwn() throws Exception {
        Path file = Files.writeString(
                folder.resolve("rows.jsonl"),
                List.of("the  river ", "\\u0007\\u0007\\u0007", "carry").stream()
                        .map(text -> "{\"text\": \"" + text + "\"}\n")
                        .collect(Collectors.joining()));
        DataSpec spec =
                DataSpecs.of("source: \"%s\", %s, validation: {tail: 0}, max_length: 8", file, golden("word_piece"));
        try (PreparedData data = new Datasets(folder.resolve("home")).open(spec, Progress.SILENT)) {
            TokenSplit train = data.train();
            int end = data.tokenizer().endOfText().orElseThrow();
            List<Long> bytes = new ArrayList<>();
            List<Boolean> ends = new ArrayList<>();
            for (int i = 0; i < train.tokens(); i++) {
                bytes.add(train.bytes(i, 1, data.tokenizer()::byteLength));
                ends.add(train.token(i) == end);
            }
            assertThat(ends).containsExactly(false, false, true, true, false, true);
            assertThat(bytes).containsExactly(3L, 8L, 0L, 3L, 5L, 0L);
            assertThat(EvalWindows.all(train, new RowLayout.Documents(8)).bytes(data.tokenizer()))
                    .isEqualTo(8);
        }
    }

    /** A file of lengths is written only if the spellings do not determine them. */
    @Test
    void aStoreKeepsLengthsOnlyWhereTheyDiffer() throws Exception {
        try (PreparedData plain = open("the river carries", golden("byte_level") + ", document_separator: false")) {
            assertThat(lengths(plain)).isEmpty();
        }
        try (PreparedData spelled =
                open("a river <|endoftext|> carries", golden("byte_level") + ", validation: {tail: 0}")) {
            assertThat(lengths(spelled)).containsExactly("train-lengths.bin");
            assertThat(spelled.train().bytes(0, (int) spelled.train().tokens(), spelled.tokenizer()::byteLength))
                    .isEqualTo(spelled.train().bytes())
                    .isEqualTo(29);
        }
        try (PreparedData bytes = open("the river carries", "tokenizer: byte")) {
            assertThat(lengths(bytes)).isEmpty();
        }
    }

    private static List<String> lengths(PreparedData data) throws IOException {
        try (var files = Files.list(data.folder())) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith("-lengths.bin"))
                    .sorted()
                    .toList();
        }
    }

    /** An unknown word has more bytes than uint16 can count: the rest counts towards the tokens after it, and the sum is right. */
    @Test
    void aTokenOfVeryManyBytesLosesNone() throws Exception {
        String text = "the " + "\u0416".repeat(50_000) + " the river carries";
        try (PreparedData data =
                open(text, golden("word_piece") + ", validation: {tail: 0}, document_separator: false")) {
            assertThat(data.train().bytes(0, (int) data.train().tokens(), data.tokenizer()::byteLength))
                    .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    @Test
    void theTokenBetweenDocumentsCanBeNamed() throws Exception {
        String other = "<\uff5cend\uff5c>";
        Path file = Files.writeString(
                folder.resolve("tokenizer.json"),
                Files.readString(GOLDEN.resolve("byte_level.json")).replace("<|endoftext|>", other));
        String keys = "tokenizer: \"" + file + "\", validation: {tail: 0}";
        assertThatThrownBy(() -> open("the river", keys))
                .isInstanceOf(Failure.class)
                .hasMessage(file
                        + " does not specify which of its tokens ends a text, which is needed between documents; it has '"
                        + other + "': name one with data.end_of_text, or set data.document_separator: false");
        Path named;
        try (PreparedData data = open("the river", keys + ", end_of_text: \"" + other + "\"")) {
            assertThat(data.tokenizer().endOfText()).hasValue(0);
            assertThat(data.train().token(data.train().tokens() - 1)).isZero();
            named = data.folder();
        }
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": {\"content\": \"" + other + "\"}}");
        try (PreparedData data = open("the river", keys)) {
            assertThat(data.tokenizer().endOfText()).hasValue(0);
            assertThat(data.folder()).isEqualTo(named);
        }
        assertThatThrownBy(() -> DataSpecs.of("source: x, tokenizer: byte, end_of_text: \"</s>\""))
                .hasMessageContaining("data.end_of_text ('</s>') applies only to a tokenizer.json")
                .hasMessageContaining("end with <|endoftext|>, so leave it out");
    }
}
