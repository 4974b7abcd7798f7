package dev.mojave.data.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.data.DataSpecs;
import dev.mojave.data.catalog.Datasets;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.store.MemorySplit;
import dev.mojave.data.store.TokenSplit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One document per row: {@code data.max_length}. */
class DocumentRowsTest {
    private static final String[] TEXTS = {"Alpha", "b", "Gamma delta epsilon", "Zeta eta", "theta Iota", "kappa"};

    @TempDir
    Path folder;

    private PreparedData open(String keys) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (String text : TEXTS) {
            lines.append("{\"text\": \"").append(text).append("\"}\n");
        }
        Path file = Files.writeString(folder.resolve("rows.jsonl"), lines);
        return new Datasets(folder.resolve("home"))
                .open(DataSpecs.of("source: %s, validation: {documents: 0}, %s", file, keys), Progress.SILENT);
    }

    private static String text(PreparedData data, Batch batch, int row) {
        int from = row * batch.context();
        int length = batch.lengths()[row];
        int[] ids = Arrays.copyOfRange(batch.ids(), from, from + length);
        int[] targets = Arrays.copyOfRange(batch.targets(), from, from + length);
        assertThat(Arrays.copyOfRange(targets, 0, length - 1)).isEqualTo(Arrays.copyOfRange(ids, 1, length));
        for (int i = from + length; i < from + batch.context(); i++) {
            assertThat(batch.ids()[i]).isZero();
            assertThat(batch.targets()[i]).isEqualTo(Batch.IGNORED);
        }
        return data.tokenizer().decode(ids);
    }

    @Test
    void everyEpochHasEveryDocumentOnceCutAndPadded() throws Exception {
        try (PreparedData data = open("max_length: 8")) {
            RowLayout cut = data.cut(16);
            Sampler sampler = Sampler.start(data.train(), cut, 3);
            for (int epoch = 0; epoch < 3; epoch++) {
                Set<String> seen = new TreeSet<>();
                Batch batch = sampler.next(TEXTS.length);
                assertThat(batch.context()).isEqualTo(8);
                for (int row = 0; row < batch.rows(); row++) {
                    seen.add(text(data, batch, row));
                }
                // The separator is a target, so that a document of one character predicts its end.
                assertThat(seen).containsExactly("Alpha", "Gamma de", "Zeta eta", "b", "kappa", "theta Io");
            }
            assertThat(sampler.epochs()).isEqualTo(3);
            assertThat(cut.rowsPerEpoch(data.train())).isEqualTo(6);
            assertThat(cut.tokensPerRow(data.train())).isCloseTo((5 + 8 + 8 + 1 + 5 + 8) / 6.0, within(1e-12));
        }
    }

    @Test
    void anEvaluationReadsEveryDocumentInOrder() throws Exception {
        try (PreparedData data = open("max_length: 64")) {
            EvalWindows windows = EvalWindows.all(data.train(), data.cut(64));
            assertThat(windows.count()).isEqualTo(TEXTS.length);
            Batch batch = windows.batch(0, 10);
            for (int row = 0; row < TEXTS.length; row++) {
                assertThat(text(data, batch, row)).isEqualTo(TEXTS[row]);
            }
            assertThat(windows.tokens()).isEqualTo(batch.targetCount());
            // The first byte of a document is not predicted, but its end is; the end covers no byte.
            assertThat(windows.bytes(data.tokenizer()))
                    .isEqualTo(Arrays.stream(TEXTS).mapToInt(String::length).sum() - TEXTS.length);
        }
    }

    @Test
    void aDocumentOfOneTokenPredictsNothingAndIsLeftOut() throws Exception {
        try (PreparedData data = open("max_length: 8, document_separator: false")) {
            // Without separators each document ends with a line feed: "b" still has two tokens.
            assertThat(data.cut(8).rowsPerEpoch(data.train())).isEqualTo(6);
        }
        TokenSplit one = MemorySplit.of(8, 7);
        assertThatThrownBy(() -> Sampler.start(one, new RowLayout.Documents(4), 0))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContainingAll("data.max_length", "the train split of memory", "at least two tokens");
    }

    @Test
    void lowerCaseIsAStoreOfItsOwn() throws Exception {
        try (PreparedData data = open("max_length: 64, lowercase: true");
                PreparedData cased = open("max_length: 64")) {
            Batch batch = EvalWindows.all(data.train(), data.cut(64)).batch(0, 10);
            assertThat(text(data, batch, 4)).isEqualTo("theta iota");
            assertThat(data.folder()).isNotEqualTo(cased.folder());
        }
    }

    @Test
    void aRowLongerThanTheContextIsRefused() throws Exception {
        try (PreparedData data = open("max_length: 65")) {
            assertThatThrownBy(() -> data.cut(64))
                    .isInstanceOfSatisfying(
                            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                    .hasMessage("data.max_length (65) must be at most model.max_position_embeddings (64);"
                            + " lower it or lengthen the context");
        }
        assertThatThrownBy(() -> open("max_length: 0")).hasMessageEndingWith("data.max_length (0) must be at least 1");
    }
}
