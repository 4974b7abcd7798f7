package dev.mojave.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelCountsTest {
    @Test
    void predictionsEqualTheBuiltModel() {
        List<ModelSpec> specs = new ArrayList<>(Tiny.grid());
        specs.add(Tiny.spec("llama", "{bias: true, attention_bias: qkv, mlp_bias: false}"));
        specs.add(Tiny.spec("moe-124m", "intermediate_size: 20"));
        for (ModelSpec spec : specs) {
            try (LanguageModel model = LanguageModel.build(spec, 1)) {
                ModelCounts counts = spec.counts();
                assertThat(counts.total()).as("total, %s", spec).isEqualTo(model.parameterCount());
                assertThat(counts.active()).as("active, %s", spec).isEqualTo(active(model, true));
                assertThat(counts.withoutEmbeddings())
                        .as("without embeddings, %s", spec)
                        .isEqualTo(model.parameters().stream()
                                .filter(ModelCountsTest::inBody)
                                .mapToLong(p -> p.value().elements())
                                .sum());
                assertThat(counts.activeWithoutEmbeddings())
                        .as("active without embeddings, %s", spec)
                        .isEqualTo(active(model, false));
                assertThat(counts.flopsPerToken()).as("FLOPs, %s", spec).isEqualTo(flops(model));
            }
        }
    }

    private static boolean inBody(Parameter parameter) {
        return parameter.name().matches("(layers|shrink|grow|final_norm)\\..*");
    }

    /** Returns the number of elements that one token uses; of stacked experts, only those of the chosen ones. */
    private static long touched(LanguageModel model, Parameter parameter) {
        long elements = parameter.value().elements();
        if (model.spec().parallelBlocks().isPresent()) {
            return touched(model.spec().parallelBlocks().get(), parameter);
        }
        return parameter.name().contains(".experts.")
                ? elements
                        / parameter.value().size(0)
                        * model.spec().mixture().orElseThrow().choice().numExpertsPerTok()
                : elements;
    }

    /**
     * Returns the same for parallel blocks: those of the chosen blocks, and the attention of every block if all tokens attend in
     * all blocks.
     */
    private static long touched(ParallelSpec spec, Parameter parameter) {
        long elements = parameter.value().elements();
        boolean attends = parameter.name().contains(".attention")
                && spec.passage().attention() == ParallelSpec.Visible.ALL_TOKENS;
        if (parameter.name().contains(".blocks.")) {
            int start = parameter.name().indexOf(".blocks.") + ".blocks.".length();
            int block = Integer.parseInt(
                    parameter.name().substring(start, parameter.name().indexOf('.', start)));
            return attends || block < spec.blocks().choice().numExpertsPerTok() ? elements : 0;
        }
        return parameter.name().contains(".experts.")
                ? elements
                        * spec.projections().choice().numExpertsPerTok()
                        / spec.projections().choice().numExperts()
                : elements;
    }

    private static long active(LanguageModel model, boolean embeddings) {
        return model.parameters().stream()
                .filter(p -> embeddings || inBody(p))
                .mapToLong(p -> touched(model, p))
                .sum();
    }

    /** Returns six FLOPs per matrix element that a token uses in the layers and the head, plus causal attention. */
    private static long flops(LanguageModel model) {
        ModelSpec spec = model.spec();
        long body = model.parameters().stream()
                .filter(p -> inBody(p) && p.decays())
                .mapToLong(p -> touched(model, p))
                .sum();
        long head = (long) spec.vocabSize() * spec.hiddenSize();
        // Scores and weighted sum: 2 products of 2 T H C FLOPs, half of them masked, times 3 for forward and backward.
        long heads = (long) spec.attention().numAttentionHeads() * spec.headSize();
        long perWidth = 3L * 2 * 2 * spec.maxPositionEmbeddings() / 2;
        if (spec.attention().slidingWindow() != null) {
            // The area under min(token, window): a triangle until the window is full, then constant per token.
            double window = spec.attention().slidingWindow();
            double seen = (window * window / 2 + (spec.maxPositionEmbeddings() - window) * window)
                    / spec.maxPositionEmbeddings();
            return 6 * (body + head) + spec.numHiddenLayers() * Math.round(3 * 2 * 2 * seen * heads);
        }
        if (spec.parallelBlocks().isEmpty()) {
            return 6 * (body + head) + spec.numHiddenLayers() * perWidth * heads;
        }
        ParallelSpec parallel = spec.parallelBlocks().get();
        long blocks = parallel.blocks().choice().numExperts();
        long chosen = parallel.blocks().choice().numExpertsPerTok();
        boolean all = parallel.passage().attention() == ParallelSpec.Visible.ALL_TOKENS;
        // Each chosen block sees its share of the tokens, or every block sees all of them.
        long narrow = (all ? blocks * blocks : chosen * chosen) * perWidth * parallel.hiddenSize() / blocks;
        return 6 * (body + head) + 2 * perWidth * heads + (spec.numHiddenLayers() - 2) * narrow;
    }

    @Test
    void flopsOfAPlainTransformerAreTheUsualFormula() {
        ModelSpec spec = Tiny.spec("gpt2", "max_position_embeddings: 64", "hidden_size: 128", "num_hidden_layers: 4");
        long width = 128;
        assertThat(spec.counts().flopsPerToken())
                .isEqualTo(6 * (12 * 4 * width * width + Tiny.VOCABULARY * width) + 12 * 4 * width * 64 / 2);
    }

    @Test
    void aWindowOverTheWholeContextCostsAsMuchAsNoWindow() {
        long plain = Tiny.spec("llama").counts().flopsPerToken();
        assertThat(Tiny.spec("llama", "sliding_window: 16").counts().flopsPerToken())
                .isEqualTo(plain);
        assertThat(Tiny.spec("llama", "sliding_window: 15").counts().flopsPerToken())
                .isLessThan(plain);
        AttentionSpec.GroupedQuery grouped = new AttentionSpec.GroupedQuery(24, 4, 4, Attention.Bias.NONE, 0);
        assertThat(new AttentionSpec.SlidingWindow(grouped, 99).trainingFlops(16))
                .isEqualTo(grouped.trainingFlops(16));
    }
}
