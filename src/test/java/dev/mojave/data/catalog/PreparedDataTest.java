package dev.mojave.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Progress;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Records;
import dev.mojave.data.DataSpec;
import dev.mojave.data.store.TokenSplit;
import dev.mojave.data.tokenizer.CharTokenizer;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.window.Batch;
import dev.mojave.data.window.RowLayout;
import dev.mojave.data.window.Sampler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class PreparedDataTest {
    @TempDir
    Path folder;

    private Datasets datasets = new Datasets(Path.of("unset"));

    @BeforeEach
    void home() {
        datasets = new Datasets(folder.resolve("home"), 700);
    }

    private static String words(int count, long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(List.of("ash", "birch", "cèdre", "松", "\uD83C\uDF32", "elm")
                            .get(random.nextInt(6)))
                    .append(random.nextInt(5) == 0 ? "\n" : " ");
        }
        return text.toString();
    }

    private static DataSpec spec(Path source, String section) {
        ObjectNode tree = (ObjectNode) Json.tree(section.isEmpty() ? "{}" : section);
        return Records.read(tree.put("source", source.toString()), DataSpec.class, "test.yaml", "data");
    }

    private static int[] all(TokenSplit split) {
        int[] ids = new int[(int) split.tokens()];
        split.read(0, ids);
        return ids;
    }

    @ParameterizedTest
    @ValueSource(strings = {"char", "byte", "gpt2"})
    void aTailIsTheEndOfTheTextInCharacters(String tokenizer) throws Exception {
        String text = words(900, 1);
        Path file = Files.writeString(folder.resolve("trees.txt"), text);
        DataSpec spec = spec(
                file,
                "{\"tokenizer\": \"" + tokenizer
                        + "\", \"validation\": {\"tail\": 0.2}, \"test\": {\"tail\": 0.1}, \"document_separator\": false}");
        int[] points = text.codePoints().toArray();
        int trainEnd = (int) Math.floor(points.length * (1 - (0.2 + 0.1)));
        int validationEnd = (int) Math.floor(points.length * (1 - 0.1));
        try (PreparedData data = datasets.open(spec, Progress.SILENT)) {
            assertThat(data.tokenizer().decode(all(data.train()))).isEqualTo(new String(points, 0, trainEnd));
            assertThat(data.tokenizer().decode(all(data.validation())))
                    .isEqualTo(new String(points, trainEnd, validationEnd - trainEnd));
            assertThat(data.tokenizer().decode(all(data.test())))
                    .isEqualTo(new String(points, validationEnd, points.length - validationEnd));
            assertThat(data.checksum()).isEqualTo(Hashes.sha256(file));
            assertThat(data.train().bytes()
                            + data.validation().bytes()
                            + data.test().bytes())
                    .isEqualTo(Files.size(file));
            assertThat(data.unigramEntropy()).isCloseTo(entropy(all(data.train())), within(1e-9));
            assertThat(data.categories()).isEmpty();
        }
    }

    private static double entropy(int[] ids) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (int id : ids) {
            counts.merge(id, 1, Integer::sum);
        }
        return counts.values().stream()
                .mapToDouble(c -> -(double) c / ids.length * Math.log((double) c / ids.length))
                .sum();
    }

    @Test
    void theVocabularyIsTheCharactersAndTheSeparatorEndsADocument() throws Exception {
        Path file = Files.writeString(folder.resolve("a.txt"), "abcabcabca");
        try (PreparedData with = datasets.open(spec(file, "{\"tokenizer\": \"char\"}"), Progress.SILENT);
                PreparedData without = datasets.open(
                        spec(file, "{\"tokenizer\": \"char\", \"document_separator\": false}"), Progress.SILENT)) {
            assertThat(without.tokenizer().vocabSize()).isEqualTo(3);
            assertThat(all(without.train())).containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2);
            assertThat(all(without.validation())).containsExactly(0);
            assertThat(with.tokenizer().vocabSize()).isEqualTo(4);
            assertThat(all(with.train())).containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2);
            assertThat(all(with.validation())).containsExactly(0, 3);
        }
    }

    private Path rows(int count) throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(Json.line(Map.of("text", "row " + i + " " + words(20, i), "label", i % 3)));
        }
        return Files.write(folder.resolve("rows.jsonl"), lines);
    }

    private static List<String> documents(TokenSplit split, Tokenizer tokenizer) {
        List<String> documents = new ArrayList<>();
        int[] ids = all(split);
        for (int d = 0; d < split.documents(); d++) {
            int from = (int) split.documentStart(d);
            int to = d + 1 < split.documents() ? (int) split.documentStart(d + 1) : ids.length;
            assertThat(ids[to - 1]).isEqualTo(tokenizer.endOfText().orElseThrow());
            documents.add(tokenizer.decode(Arrays.copyOfRange(ids, from, to)));
            assertThat(split.document(from)).isEqualTo(d);
            assertThat(split.document(to - 1)).isEqualTo(d);
            assertThat(split.category(from))
                    .isEqualTo(
                            String.valueOf(Integer.parseInt(documents.getLast().split(" ", -1)[1]) % 3));
        }
        return documents;
    }

    @Test
    void documentsAreSplitWholeBySplitSeedAndKeepTheirOrderAndCategory() throws Exception {
        Path file = rows(400);
        String held = "\"validation\": {\"documents\": 0.2}, \"test\": {\"documents\": 0.1}";
        Set<List<String>> splits = new HashSet<>();
        for (int seed = 0; seed < 3; seed++) {
            DataSpec spec = spec(file, "{" + held + ", \"split_seed\": " + seed + "}");
            try (PreparedData data = datasets.open(spec, Progress.SILENT)) {
                List<String> train = documents(data.train(), data.tokenizer());
                List<String> validation = documents(data.validation(), data.tokenizer());
                List<String> test = documents(data.test(), data.tokenizer());
                assertThat(train).doesNotContainAnyElementsOf(validation).doesNotContainAnyElementsOf(test);
                assertThat(validation).doesNotContainAnyElementsOf(test);
                assertThat(train.size() + validation.size() + test.size()).isEqualTo(400);
                assertThat(validation.size()).isBetween(50, 110);
                assertThat(test.size()).isBetween(20, 60);
                assertThat(train.stream().map(d -> Integer.valueOf(d.split(" ", -1)[1])))
                        .isSorted();
                assertThat(data.categories()).containsExactlyInAnyOrder("0", "1", "2");
                splits.add(validation);
            }
        }
        assertThat(splits).as("every split_seed gives another split").hasSize(3);
    }

    @Test
    void noTrainingWindowContainsTextOfAValidationDocument() throws Exception {
        DataSpec spec = spec(rows(200), "{\"validation\": {\"documents\": 0.3}}");
        try (PreparedData data = datasets.open(spec, Progress.SILENT)) {
            Tokenizer tokenizer = data.tokenizer();
            Set<String> held = new HashSet<>();
            for (String document : documents(data.validation(), tokenizer)) {
                held.add(document.substring(0, document.indexOf(' ', 4) + 1));
            }
            Sampler sampler = Sampler.start(data.train(), new RowLayout.Windows(32), 5);
            while (sampler.epochs() < 3) {
                Batch batch = sampler.next(8);
                for (int row = 0; row < 8; row++) {
                    String text = tokenizer.decode(Arrays.copyOfRange(batch.ids(), row * 32, row * 32 + 32));
                    assertThat(held).noneMatch(text::contains);
                }
            }
        }
    }

    @Test
    void duplicatesAreInOneSplit() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            lines.add(Json.line(Map.of("text", "row " + i % 30, "label", i % 30 % 3)));
        }
        Path file = Files.write(folder.resolve("twice.jsonl"), lines);
        try (PreparedData data = datasets.open(spec(file, "{\"validation\": {\"documents\": 0.4}}"), Progress.SILENT)) {
            Set<String> train = new HashSet<>(documents(data.train(), data.tokenizer()));
            Set<String> validation = new HashSet<>(documents(data.validation(), data.tokenizer()));
            assertThat(train).doesNotContainAnyElementsOf(validation);
            assertThat(train.size() + validation.size()).isEqualTo(30);
        }
    }

    @Test
    void withoutASeparatorDocumentsAreLines() throws Exception {
        Path file = Files.writeString(
                folder.resolve("two.jsonl"),
                "{\"text\": \"one\"}\n\n{\"text\": \"two\\n\"}\n{\"text\": \" \"}\n{\"text\": \"three\"}\n");
        DataSpec spec =
                spec(file, "{\"tokenizer\": \"char\", \"validation\": {\"tail\": 0}, \"document_separator\": false}");
        try (PreparedData data = datasets.open(spec, Progress.SILENT)) {
            assertThat(data.tokenizer().toJson())
                    .isEqualTo(CharTokenizer.of("onetwthr\n", false).toJson());
            assertThat(data.tokenizer().decode(all(data.train()))).isEqualTo("one\ntwo\nthree\n");
        }
    }

    @Test
    void shardsAndWidthsReadTheSame() throws Exception {
        String text = words(3000, 3);
        Path file = Files.writeString(folder.resolve("long.txt"), text);
        DataSpec spec = spec(file, "{\"tokenizer\": \"byte\", \"document_separator\": false}");
        try (PreparedData data = datasets.open(spec, Progress.SILENT)) {
            TokenSplit train = data.train();
            int[] expected = IntStream.range(0, (int) train.tokens())
                    .map(i -> text.getBytes(java.nio.charset.StandardCharsets.UTF_8)[i] & 0xff)
                    .toArray();
            assertThat(all(train)).isEqualTo(expected);
            assertThat(train.token(699)).isEqualTo(expected[699]);
            assertThat(train.token(700)).isEqualTo(expected[700]);
            int[] across = new int[1500];
            train.read(650, across);
            assertThat(across).isEqualTo(Arrays.copyOfRange(expected, 650, 2150));
        }
    }

    @Test
    void theSecondOpeningFindsTheStore() throws Exception {
        Path file = Files.writeString(folder.resolve("a.txt"), words(200, 4));
        DataSpec spec = spec(file, "");
        Path store;
        try (PreparedData first = datasets.open(spec, Progress.SILENT)) {
            store = first.folder();
        }
        long built = Files.getLastModifiedTime(store.resolve("manifest.json")).toMillis();
        try (PreparedData second = datasets.open(spec, Progress.SILENT);
                PreparedData other = datasets.open(spec(file, "{\"split_seed\": 1}"), Progress.SILENT)) {
            assertThat(second.folder()).isEqualTo(store);
            assertThat(Files.getLastModifiedTime(store.resolve("manifest.json")).toMillis())
                    .isEqualTo(built);
            assertThat(other.folder()).isNotEqualTo(store);
        }
        Files.writeString(file, words(200, 5));
        try (PreparedData changed = datasets.open(spec, Progress.SILENT)) {
            assertThat(changed.folder()).isNotEqualTo(store);
        }
    }
}
