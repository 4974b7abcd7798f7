package dev.mojave.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.tree.Records;
import dev.mojave.interop.hf.HfConfig;
import dev.mojave.nn.Initializer;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Checks the standard deviation with which each kind of {@code model.initializer} initialises each kind of matrix. */
class InitializerTest {
    private static final int WIDTH = 64;
    private static final int INNER = 96;
    private static final int LAYERS = 3;
    private static final double RANGE = 0.05;
    private static final String MIXTURE =
            "moe: {num_experts: 16, num_experts_per_tok: 2, shared_expert_intermediate_size: 96, shared_expert_gate: true,"
                    + " mlp_only_layers: [0]}";

    private static ModelSpec spec(String... overrides) {
        String[] all = new String[overrides.length + 1];
        all[0] =
                "{vocab_size: 200, hidden_size: 64, num_hidden_layers: 3, intermediate_size: 96, initializer_range: 0.05}";
        System.arraycopy(overrides, 0, all, 1, overrides.length);
        return Tiny.spec("llama", all);
    }

    /** Returns standard deviations by name; corresponding matrices of all layers form one sample. */
    private static Map<String, Double> deviations(ModelSpec spec) {
        Map<String, double[]> sums = new TreeMap<>();
        try (LanguageModel model = LanguageModel.build(spec, 5)) {
            for (Parameter parameter : model.parameters()) {
                if (parameter.decays()) {
                    String place = parameter.name().replaceAll("^layers\\.\\d+\\.", "");
                    double[] sum = sums.computeIfAbsent(place, name -> new double[2]);
                    for (float value : parameter.value().toFloats()) {
                        sum[0] += (double) value * value;
                        sum[1]++;
                    }
                }
            }
        }
        Map<String, Double> deviations = new TreeMap<>();
        sums.forEach((place, sum) -> deviations.put(place, Math.sqrt(sum[0] / sum[1])));
        return deviations;
    }

    private static void check(ModelSpec spec, double qkv, double input, double attends, double feeds, double head) {
        Map<String, Double> found = deviations(spec);
        Map<String, Double> expected = new TreeMap<>(Map.of(
                "embedding.weight", RANGE,
                "head.weight", head,
                "attention.qkv.weight", qkv,
                "attention.output.weight", attends,
                "feed_forward.input.weight", input,
                "feed_forward.output.weight", feeds));
        expected.putAll(Map.of(
                "moe.router.weight", RANGE,
                "moe.experts.input.weight", input,
                "moe.experts.output.weight", feeds,
                "moe.shared.gate.weight", RANGE));
        assertThat(found).containsKeys(expected.keySet().toArray(String[]::new));
        expected.forEach((place, deviation) ->
                // A gate has 2 x 64 values, so four standard errors of its deviation are a quarter of it.
                assertThat(found.get(place))
                        .as(place)
                        .isCloseTo(deviation, within(place.contains("gate") ? deviation / 4 : deviation / 15)));
        assertThat(found).as("every matrix is checked").hasSize(expected.size() + 2);
    }

    @Test
    void gpt2ScalesResidualProjectionsByDepth() {
        double residual = RANGE / Math.sqrt(2.0 * LAYERS);
        check(spec(MIXTURE), RANGE, RANGE, residual, residual, RANGE);
    }

    @Test
    void normalInitialisesEveryMatrixAlike() {
        check(spec(MIXTURE, "initializer: normal"), RANGE, RANGE, RANGE, RANGE, RANGE);
    }

    @Test
    void widthScaledDependsOnTheFanIn() {
        double hidden = 1 / Math.sqrt(WIDTH);
        double inner = 1 / Math.sqrt(INNER);
        check(spec(MIXTURE, "initializer: {kind: width_scaled}"), hidden, hidden, hidden, inner, 1.0 / WIDTH);
        check(
                spec(MIXTURE, "initializer: {kind: width_scaled, factor: 0.5}"),
                hidden / 2,
                hidden / 2,
                hidden / 2,
                inner / 2,
                0.5 / WIDTH);
    }

    @Test
    void aTiedHeadAndLearnedPositionsAreInitialisedAsEmbeddings() {
        Map<String, Double> found =
                deviations(spec("{tie_word_embeddings: true, position_embedding: learned, initializer: width_scaled}"));
        assertThat(found).doesNotContainKey("head.weight");
        assertThat(found.get("embedding.weight")).isCloseTo(RANGE, within(RANGE / 15));
        assertThat(found.get("positions.weight")).isCloseTo(RANGE, within(RANGE / 10));
    }

    @Test
    void aNoisyRouterStartsAtZeroUnderEveryKind() {
        for (String kind : List.of("gpt2", "normal", "width_scaled")) {
            Map<String, Double> found = deviations(spec(
                    "moe: {num_experts: 16, num_experts_per_tok: 2, router: noisy_top_k}", "initializer: " + kind));
            assertThat(found.get("moe.router.weight")).as(kind).isZero();
            assertThat(found.get("moe.router.noise.weight")).as(kind).isZero();
        }
    }

    /** The default draws the same bits as ever: from one stream, matrix after matrix, each with its standard deviation. */
    @ParameterizedTest
    @ValueSource(strings = {"moe: null", MIXTURE})
    void theDefaultDrawsTheSameBits(String mixture) {
        ModelSpec spec = spec(mixture);
        assertThat(spec(mixture, "initializer: gpt2")).isEqualTo(spec);
        Rng rng = Rng.seeded(9);
        try (Scope _ = Scope.open();
                LanguageModel model = LanguageModel.build(spec, 9)) {
            for (Parameter parameter : model.parameters()) {
                if (parameter.decays()) {
                    boolean residual = parameter.name().endsWith("output.weight");
                    double deviation = residual ? 0.05 * (1 / Math.sqrt(2.0 * LAYERS)) : 0.05;
                    float[] drawn = Tensors.normal(
                                    rng, 0, deviation, parameter.value().shape())
                            .toFloats();
                    assertThat(parameter.value().toFloats())
                            .as(parameter.name())
                            .isEqualTo(drawn);
                }
            }
        }
    }

    @Test
    void theDefaultIsNotWrittenAndTheOthersAre() {
        assertThat(Records.tree(spec()).has("initializer")).isFalse();
        assertThat(Records.tree(spec("initializer: {kind: gpt2}")).has("initializer"))
                .isFalse();
        assertThat(Records.tree(spec("initializer: {kind: normal}"))
                        .path("initializer")
                        .stringValue())
                .isEqualTo("normal");
        ModelSpec scaled = spec("initializer: {kind: width_scaled, factor: 2}");
        assertThat(Records.read(Records.tree(scaled), ModelSpec.class, "test", ""))
                .isEqualTo(scaled);
        assertThat(scaled.withIntermediateSize(32).start().initialisation())
                .as("resized models keep the initializer")
                .isEqualTo(new Initializer.WidthScaled(2));
        assertThat(scaled.dense().start().initialisation()).isEqualTo(new Initializer.WidthScaled(2));
    }

    @Test
    void aSavedModelKeepsItAlongsideHuggingFacesKeys() {
        ModelSpec spec = spec("initializer: normal");
        ObjectNode config = HfConfig.write(spec);
        assertThat(HfConfig.read(config, "config.json")).isEqualTo(spec);
        config.remove("mojave");
        ObjectNode plain = HfConfig.write(spec());
        plain.remove("mojave");
        assertThat(config).isEqualTo(plain);
        assertThat(HfConfig.writeForHuggingFace(spec, "")).isEqualTo(HfConfig.writeForHuggingFace(spec(), ""));
        assertThat(HfConfig.lostInHuggingFace(spec()))
                .as("the default is not written")
                .isEmpty();
        assertThat(HfConfig.lostInHuggingFace(spec))
                .containsExactly("initializer is left out; it concerns only the initial weights of a new model");
    }
}
