package dev.mojave.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.model.presets.Presets;
import dev.mojave.nn.Context;
import dev.mojave.nn.KvCache;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageModelTest {
    private static final int TOKENS = 11;

    private static Tensor logits(LanguageModel model, Tensor ids) {
        return model.forward(Inputs.of(ids), Context.EVALUATION).logitsBSV();
    }

    @Test
    void theFutureIsInvisibleInEveryCombination() {
        List<ModelSpec> specs = new ArrayList<>(Tiny.grid());
        Presets.names().forEach(preset -> specs.add(ofPreset(preset)));
        for (ModelSpec spec : specs) {
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open();
                    LanguageModel model = Tiny.randomised(spec, 3)) {
                Tensor ids = Tiny.ids(1, 1, TOKENS);
                long[] changed = ids.toLongs();
                changed[TOKENS - 1] = (changed[TOKENS - 1] + 7) % Tiny.VOCABULARY;
                Tensor other = Tensors.of(changed, 1, TOKENS);
                Tensor both = logits(model, Tensors.cat(List.of(ids, other), 0));
                Tensor difference = both.select(0, 0).sub(both.select(0, 1)).abs();
                assertThat(difference.narrow(0, 0, TOKENS - 1).max().item())
                        .as("past, %s", spec)
                        .isLessThan(1e-5);
                assertThat(difference.select(0, TOKENS - 1).max().item())
                        .as("present, %s", spec)
                        .isGreaterThan(1e-3);
            }
        }
    }

    /** Returns a preset's architecture at tiny sizes. */
    private static ModelSpec ofPreset(String name) {
        if (name.startsWith("moep")) {
            return Tiny.spec(
                    name,
                    "num_hidden_layers: 4",
                    "parallel: {hidden_size: 12, num_attention_heads: 2, intermediate_size: 20}");
        }
        ModelSpec tiny = Tiny.spec(name, "num_key_value_heads: 4");
        return tiny.mixture().isEmpty() ? tiny : tiny.withIntermediateSize(40);
    }

    @Test
    void incrementalDecodingEqualsOneForwardPassInEveryCombination() {
        for (ModelSpec spec : Tiny.grid()) {
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open();
                    LanguageModel model = Tiny.randomised(spec, 3);
                    KvCache cache = model.newCache(2)) {
                Tensor ids = Tiny.ids(2, 2, TOKENS);
                List<Tensor> pieces = new ArrayList<>();
                // A prompt, single tokens, and several tokens after earlier ones.
                for (Tensor piece : ids.split(new long[] {4, 1, 1, 3, 2}, 1)) {
                    pieces.add(model.forward(Inputs.of(piece, cache), Context.EVALUATION)
                            .logitsBSV());
                }
                assertThat(cache.length()).isEqualTo(TOKENS);
                assertThat(Tiny.distance(Tensors.cat(pieces, 1), logits(model, ids)))
                        .as("%s", spec)
                        .isLessThan(2e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"moe: null", "moe: {num_experts: 3, num_experts_per_tok: 2}"})
    void paddingChangesNothing(String mixture) {
        for (String preset : List.of("gpt2", "llama")) {
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open();
                    LanguageModel model = Tiny.randomised(Tiny.spec(preset, mixture), 5)) {
                int real = 6;
                Tensor ids = Tiny.ids(3, 2, TOKENS);
                Tensor next = Tiny.ids(4, 2, TOKENS);
                float[] flags = new float[2 * TOKENS];
                java.util.Arrays.fill(flags, 0, TOKENS + real, 1);
                Tensor mask = Tensors.of(flags, 2, TOKENS).to(DType.BOOL);
                long[] targets = next.toLongs();
                java.util.Arrays.fill(targets, TOKENS + real, 2 * TOKENS, -100);
                Output padded = model.forward(
                        Inputs.of(ids, Tensors.of(targets, 2, TOKENS)).withPadding(mask), Context.EVALUATION);

                Output full = model.forward(row(ids, next, 0, TOKENS), Context.EVALUATION);
                Output cut = model.forward(row(ids, next, 1, real), Context.EVALUATION);
                Tensor logits = padded.logitsBSV();
                assertThat(Tiny.distance(logits.narrow(0, 0, 1), full.logitsBSV()))
                        .isLessThan(1e-5);
                assertThat(Tiny.distance(logits.narrow(0, 1, 1).narrow(1, 0, real), cut.logitsBSV()))
                        .isLessThan(1e-5);
                double mean = (TOKENS * full.crossEntropy().orElseThrow().item()
                                + real * cut.crossEntropy().orElseThrow().item())
                        / (TOKENS + real);
                assertThat(padded.crossEntropy().orElseThrow().item()).isCloseTo(mean, within(1e-5));
                padded.routing().forEach(routing -> assertThat(routing.tokens()).isEqualTo(TOKENS + real));
            }
        }
    }

    private static Inputs row(Tensor ids, Tensor next, int row, int tokens) {
        return Inputs.of(
                ids.narrow(0, row, 1).narrow(1, 0, tokens),
                next.narrow(0, row, 1).narrow(1, 0, tokens));
    }

    @Test
    void lossIsTheMeanOverGivenTargets() {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open();
                LanguageModel model = Tiny.randomised(Tiny.spec("gpt2"), 7)) {
            long[] targets = {5, -100, 9};
            Output output = model.forward(Inputs.of(Tiny.ids(1, 1, 3), Tensors.of(targets, 1, 3)), Context.EVALUATION);
            float[] logits = output.logitsBSV().toFloats();
            double expected = (nats(logits, 0, 5) + nats(logits, 2, 9)) / 2;
            assertThat(output.crossEntropy().orElseThrow().item()).isCloseTo(expected, within(1e-5));
            assertThat(model.forward(Inputs.of(Tiny.ids(1, 1, 3)), Context.EVALUATION)
                            .crossEntropy())
                    .isEmpty();
        }
    }

    private static double nats(float[] logits, int token, int target) {
        double sum = 0;
        for (int v = 0; v < Tiny.VOCABULARY; v++) {
            sum += Math.exp(logits[token * Tiny.VOCABULARY + v]);
        }
        return Math.log(sum) - logits[token * Tiny.VOCABULARY + target];
    }

    @ParameterizedTest
    @CsvSource({"gpt2, true", "gpt2, false", "llama, true", "llama, false", "char-dense, true"})
    void aNewModelPredictsAlmostUniformly(String preset, boolean tied) {
        for (String mixture : List.of("moe: null", "moe: {num_experts: 4, num_experts_per_tok: 2}")) {
            ModelSpec spec = Tiny.spec(
                    preset,
                    "tie_word_embeddings: " + tied,
                    "hidden_size: 128",
                    "num_hidden_layers: 4",
                    "max_position_embeddings: 64",
                    mixture);
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open();
                    LanguageModel model = LanguageModel.build(spec, 11)) {
                double loss = model.forward(Inputs.of(Tiny.ids(1, 4, 64), Tiny.ids(2, 4, 64)), Context.EVALUATION)
                        .crossEntropy()
                        .orElseThrow()
                        .item();
                double uniform = Math.log(Tiny.VOCABULARY);
                assertThat(loss).as("%s", spec).isBetween(0.99 * uniform, 1.1 * uniform);
            }
        }
    }

    @Test
    void dropoutActsOnlyInTraining() {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open();
                LanguageModel model = Tiny.randomised(Tiny.spec("gpt2", "dropout: 0.5"), 7);
                LanguageModel without = Tiny.randomised(Tiny.spec("gpt2"), 7)) {
            Tensor ids = Tiny.ids(1, 2, TOKENS);
            assertThat(logits(model, ids).toFloats())
                    .isEqualTo(logits(without, ids).toFloats());
            Rng.dropout().reseed(1);
            float[] first = train(model, ids);
            assertThat(train(model, ids)).isNotEqualTo(first);
            Rng.dropout().reseed(1);
            assertThat(train(model, ids)).as("the same stream").isEqualTo(first);
            assertThat(train(without, ids)).isEqualTo(logits(without, ids).toFloats());
        }
    }

    private static float[] train(LanguageModel model, Tensor ids) {
        return model.forward(Inputs.of(ids), Context.TRAINING).logitsBSV().toFloats();
    }

    @ParameterizedTest
    @CsvSource({"gpt2, moe: null", "llama, 'moe: {num_experts: 3, num_experts_per_tok: 2}'"})
    void halfPrecisionIsClose(String preset, String mixture) {
        // Small weights, so that rounding rarely changes the chosen experts.
        try (Scope _ = Scope.open();
                LanguageModel model = LanguageModel.build(Tiny.spec(preset, mixture, "initializer_range: 0.1"), 7)) {
            Inputs inputs = Inputs.of(Tiny.ids(1, 2, TOKENS), Tiny.ids(2, 2, TOKENS));
            Output full = model.forward(inputs, Context.EVALUATION);
            Output half = model.forward(inputs, new Context(false, DType.BFLOAT16));
            assertThat(half.logitsBSV().dtype()).isEqualTo(DType.FLOAT32);
            double scale = full.logitsBSV().abs().max().item();
            double distance = Tiny.distance(full.logitsBSV(), half.logitsBSV());
            assertThat(distance).isBetween(1e-6 * scale, 0.05 * scale);
            half.crossEntropy().orElseThrow().backward();
            assertThat(model.parameters()).allSatisfy(p -> {
                Optional<Tensor> gradient = p.value().grad();
                assertThat(gradient).as(p.name()).isPresent();
                assertThat(gradient.get().dtype()).isEqualTo(DType.FLOAT32);
                assertThat(gradient.get().abs().max().item()).as(p.name()).isFinite();
            });
        }
    }

    @Test
    void tokensBeyondTheContextAreRefused() {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open();
                LanguageModel model = LanguageModel.build(Tiny.spec("gpt2"), 7);
                KvCache cache = model.newCache(1)) {
            assertThatThrownBy(() -> logits(model, Tiny.ids(1, 1, 17)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("17 tokens do not fit max_position_embeddings (16)");
            model.forward(Inputs.of(Tiny.ids(1, 1, 10), cache), Context.EVALUATION);
            assertThatThrownBy(() -> model.forward(Inputs.of(Tiny.ids(1, 1, 7), cache), Context.EVALUATION))
                    .hasMessage("17 tokens do not fit max_position_embeddings (16)");
            Tensor real = Tensors.ones(DType.BOOL, 1, 2);
            assertThatThrownBy(() ->
                            model.forward(Inputs.of(Tiny.ids(1, 1, 2), cache).withPadding(real), Context.EVALUATION))
                    .hasMessage("padding is not supported with a cache");
        }
    }

    @Test
    void theSameSeedBuildsTheSameModel() {
        ModelSpec spec = Tiny.spec("llama", "moe: {num_experts: 3, num_experts_per_tok: 2}");
        try (Scope _ = Scope.open();
                LanguageModel one = LanguageModel.build(spec, 1);
                LanguageModel same = LanguageModel.build(spec, 1);
                LanguageModel other = LanguageModel.build(spec, 2)) {
            Tensor ids = Tiny.ids(1, 1, 5);
            assertThat(logits(one, ids).toFloats()).isEqualTo(logits(same, ids).toFloats());
            assertThat(logits(one, ids).toFloats())
                    .isNotEqualTo(logits(other, ids).toFloats());
        }
    }

    @Test
    void aBlankModelHasTheSameTensorsWithZeroMatrices() {
        ModelSpec spec = Tiny.spec("gpt2", "moe: {num_experts: 3, num_experts_per_tok: 2}");
        try (Scope _ = Scope.open();
                LanguageModel built = LanguageModel.build(spec, 1);
                LanguageModel blank = LanguageModel.blank(spec)) {
            assertThat(blank.tensors()).map(Parameter::name).isEqualTo(names(built));
            assertThat(blank.tensors())
                    .map(p -> List.of(p.value().shape()))
                    .usingRecursiveComparison()
                    .isEqualTo(built.tensors().stream()
                            .map(p -> List.of(p.value().shape()))
                            .toList());
            assertThat(blank.parameters())
                    .filteredOn(Parameter::decays)
                    .isNotEmpty()
                    .allSatisfy(p -> assertThat(p.value().toFloats()).containsOnly(0));
        }
    }

    private static List<String> names(LanguageModel model) {
        return model.tensors().stream().map(Parameter::name).toList();
    }
}
