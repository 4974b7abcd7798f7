package dev.mojave.lab.bench;

import dev.mojave.base.Check;
import dev.mojave.base.Records;
import dev.mojave.base.Yaml;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.presets.Presets;

/**
 * A model and a batch whose training steps are measured.
 *
 * @param name what it is, for people
 * @param model the model
 * @param batch sequences of full context in a step
 */
public record Workload(String name, ModelSpec model, int batch) {
    private static final int MIXTURE_BATCH = 16;
    private static final int EXPERT_SIZE = 512;
    private static final String MIXTURE = """
            preset: llama
            vocab_size: 4096
            hidden_size: 256
            num_hidden_layers: 4
            num_attention_heads: 4
            num_key_value_heads: 4
            max_position_embeddings: 128
            tie_word_embeddings: false
            """;

    /** Checks the batch. */
    public Workload {
        Check.that(batch >= 1, "--batch (%d) must be at least 1", batch);
    }

    /** A dense model of GPT-2's shape. */
    public static Workload dense(Shape shape, int batch) {
        return new Workload("train " + shape + ", batch " + batch, shape.spec(), batch);
    }

    /**
     * A Mixtral of 4 layers and width 256 whose experts have {@value #EXPERT_SIZE} hidden units, or the Llama with as many active
     * parameters if there is one expert: the models of {@code bench/peers/moe.py}.
     *
     * @param experts E, 1 for the dense model
     * @param topK experts a token
     */
    public static Workload mixture(int experts, int topK) {
        Check.that(experts >= 1, "--experts (%d) must be at least 1", experts);
        Check.that(
                1 <= topK && (experts == 1 || topK <= experts),
                "--top-k (%d) must be between 1 and --experts (%d)",
                topK,
                experts);
        boolean dense = experts == 1;
        String text = dense
                ? MIXTURE + "intermediate_size: " + EXPERT_SIZE * topK + "\n"
                : MIXTURE + "intermediate_size: " + EXPERT_SIZE + "\nmoe: {num_experts: " + experts
                        + ", num_experts_per_tok: " + topK + ", norm_topk_prob: " + (topK > 1)
                        + ", losses: {mixtral_balance: 0.01}}\n";
        String source = "bench";
        ModelSpec model =
                Records.read(Presets.resolve(Yaml.parse(text, source), source), ModelSpec.class, source, "model");
        String kind = dense ? "dense, as many active parameters as top-" + topK : experts + " experts, top-" + topK;
        return new Workload("train 4x4x256, context 128, vocabulary 4096, " + kind, model, MIXTURE_BATCH);
    }

    /** Returns tokens in a step. */
    double tokens() {
        return (double) batch * model.maxPositionEmbeddings();
    }

    /** Returns FLOPs of a step, forward and backward. */
    double flops() {
        return tokens() * model.counts().flopsPerToken();
    }
}
