package dev.mojave.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Progress;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.window.EvalWindows;
import dev.mojave.eval.Perplexity;
import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.Output;
import dev.mojave.moe.routing.Routing;
import dev.mojave.nn.Context;
import dev.mojave.result.ExpertProfile;
import dev.mojave.result.ExpertProfiles;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbesTest {
    private static final List<String> CATEGORIES = List.of("even", "odd");

    @TempDir
    Path folder;

    /** Computes the loss by position from nothing but the arguments of a probe. */
    private static final class LossOfPosition implements Probe<double[]> {
        private final double[] sums = new double[16];
        private long targets;

        @Override
        public void look(Rows rows, Output output) {
            int length = (int) output.logitsBSV().size(1);
            Tensor logits = Functions.logSoftmax(
                    output.logitsBSV().reshape(-1, output.logitsBSV().size(2)), 1);
            int[] ofToken = rows.targets();
            for (int token = 0; token < ofToken.length; token++) {
                if (ofToken[token] >= 0) {
                    sums[token % length] -=
                            logits.select(0, token).select(0, ofToken[token]).item();
                    targets++;
                }
            }
        }

        @Override
        public double[] result() {
            return Arrays.stream(sums).map(sum -> sum / targets).toArray();
        }
    }

    @Test
    void aProbeSeesTheTargetsThatTheLossCounts() throws IOException {
        with("", (model, data) -> {
            EvalWindows windows = EvalWindows.limited(data.validation(), data.cut(16), 700);
            LossOfPosition probe = new LossOfPosition();
            new HeldOutWalk(model, windows, CATEGORIES).run(List.of(probe));
            double expected = new Perplexity(windows, data.tokenizer(), Perplexity.rows(model.spec()))
                    .measure(model, Context.EVALUATION, Progress.SILENT)
                    .natsPerToken();
            assertThat(Arrays.stream(probe.result()).sum()).isCloseTo(expected, within(1e-5));
        });
    }

    /** Counts the passes, windows and tokens that it observes. */
    private static final class Counts implements Probe<long[]> {
        private final long[] seen = new long[3];

        @Override
        public void look(Rows rows, Output output) {
            seen[0]++;
            seen[1] += rows.rows();
            seen[2] += rows.idsOfReal().length;
            for (Routing routing : output.routing()) {
                assertThat(routing.tokens()).isEqualTo(rows.idsOfReal().length);
            }
            assertThat(rows.categoriesOfReal()).hasSameSizeAs(rows.idsOfReal()).containsOnly(1, 2);
            assertThat(output.logitsBSV().requiresGrad()).isFalse();
        }

        @Override
        public long[] result() {
            return seen;
        }
    }

    private void with(String data, BiConsumer<LanguageModel, PreparedData> body) throws IOException {
        StringBuilder content = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            content.append(String.format(
                    Locale.ROOT,
                    "{\"text\": \"the %d cats sat\", \"category\": \"%s\"}\n",
                    i,
                    i % 2 == 0 ? "even" : "odd"));
        }
        Path text = Files.writeString(folder.resolve("text.jsonl"), content);
        RecipeDraft draft =
                RecipeDraft.of(Yaml.parse(String.format(Locale.ROOT, """
                        name: run
                        data: {source: %s, tokenizer: byte, validation: {documents: 0.5}%s}
                        model: {preset: llama, hidden_size: 16, num_hidden_layers: 3, num_attention_heads: 2, max_position_embeddings: 16,
                          moe: {num_experts: 4, num_experts_per_tok: 2, decoder_sparse_step: 2}}
                        train: {batch_size: 4, steps: 2, learning_rate: 3.0e-3}
                        """, text, data), "test.yaml"), "test.yaml");
        try (PreparedData prepared = PreparedData.open(draft.data(), Progress.SILENT);
                LanguageModel model = LanguageModel.build(
                        draft.resolve(prepared.tokenizer().vocabSize()).model(), 3)) {
            body.accept(model, prepared);
        }
    }

    private static EvalWindows windows(PreparedData data) {
        return EvalWindows.limited(data.validation(), data.cut(16), 2500);
    }

    @Test
    void probesThatShareAWalkObserveWhatEachWouldObserveAlone() throws IOException {
        with("", (model, data) -> {
            HeldOutWalk walk = new HeldOutWalk(model, windows(data), CATEGORIES);
            ExpertProbe alone = new ExpertProbe(data.tokenizer(), CATEGORIES);
            walk.run(List.of(alone));
            ExpertProbe shared = new ExpertProbe(data.tokenizer(), CATEGORIES);
            Counts counts = new Counts();
            walk.run(List.of(counts, shared));
            assertThat(shared.result()).isEqualTo(alone.result());
            long[] seen = counts.result();
            assertThat(seen[0]).as("passes").isGreaterThan(1);
            assertThat(seen[1]).as("windows").isEqualTo(windows(data).count());
            assertThat(seen[2])
                    .as("tokens")
                    .isEqualTo(windows(data).tokens())
                    .isEqualTo(alone.result().tokens());
        });
    }

    @Test
    void thePaddingOfDocumentsIsNotObserved() throws IOException {
        with(", max_length: 16", (model, data) -> {
            Counts counts = new Counts();
            new HeldOutWalk(model, windows(data), CATEGORIES).run(List.of(counts));
            assertThat(counts.result()[2]).isEqualTo(windows(data).tokens()).isLessThan(16 * counts.result()[1]);
        });
    }

    /** Counts assignments by expert and token id, in the simplest way. */
    private static final class Plain implements Probe<long[][]> {
        private final List<long[][]> ofMixture = new ArrayList<>();

        @Override
        public void look(Rows rows, Output output) {
            int[] ids = rows.idsOfReal();
            for (int mixture = 0; mixture < output.routing().size(); mixture++) {
                Routing routing = output.routing().get(mixture);
                if (ofMixture.size() == mixture) {
                    ofMixture.add(new long[routing.experts()][256 + 2]);
                }
                for (int token = 0; token < ids.length; token++) {
                    for (int choice = 0; choice < routing.topK(); choice++) {
                        ofMixture.get(mixture)[routing.choices().expert(token, choice)][ids[token]]++;
                    }
                }
            }
        }

        @Override
        public long[][] result() {
            return ofMixture.getFirst();
        }
    }

    @Test
    void profilesMatchASimpleCount() throws IOException {
        with("", (model, data) -> {
            ExpertProbe probe = new ExpertProbe(data.tokenizer(), CATEGORIES);
            Plain plain = new Plain();
            new HeldOutWalk(model, windows(data), CATEGORIES).run(List.of(probe, plain));
            ExpertProfiles profiles = probe.result();
            // Every second of the three layers is sparse, so the only mixture is number 0, in layer 1.
            assertThat(profiles.layers()).hasSize(1);
            ExpertProfile profile = profiles.layers().getFirst();
            assertThat(profile.layer()).isZero();
            long[][] assignments = plain.result();
            double all =
                    Arrays.stream(assignments).flatMapToLong(Arrays::stream).sum();
            assertThat(all).isEqualTo(2.0 * profiles.tokens());
            for (int expert = 0; expert < assignments.length; expert++) {
                assertThat(profile.load().get(expert))
                        .isCloseTo(Arrays.stream(assignments[expert]).sum() / all, within(1e-12));
                for (ExpertProfile.LikedToken liked : profile.liked().get(expert)) {
                    if (liked.text().isEmpty()) {
                        continue; // The end-of-text token has no bytes.
                    }
                    int id = liked.text().codePointAt(0);
                    long here = assignments[expert][id];
                    long everywhere =
                            Arrays.stream(assignments).mapToLong(row -> row[id]).sum();
                    assertThat(liked.copies()).isEqualTo(here);
                    assertThat(liked.share()).isCloseTo((double) here / everywhere, within(1e-12));
                }
            }
            assertThat(profile.liked().stream().mapToInt(List::size).sum()).isPositive();
        });
    }
}
