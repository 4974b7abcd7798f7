package dev.mojave.model;

import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Yaml;
import dev.mojave.model.presets.Presets;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.Attention;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Parameter;
import dev.mojave.nn.Positions;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Models of a few thousand parameters for tests, and helpers that act on them. */
public final class Tiny {
    /** Vocabulary of every tiny model. */
    public static final int VOCABULARY = 61;

    private static final String SIZES =
            "{vocab_size: 61, hidden_size: 24, num_hidden_layers: 2, num_attention_heads: 4, max_position_embeddings: 16}";

    private Tiny() {}

    /** Returns a preset at tiny sizes; {@code overrides} are YAML keys, for example {@code "bias: false"}. */
    public static ModelSpec spec(String preset, String... overrides) {
        ObjectNode model = Yaml.parse(SIZES, "tiny");
        model.put("preset", preset);
        for (String override : overrides) {
            model.setAll(Yaml.parse(override, "test"));
        }
        return Records.read(Presets.resolve(model, "test"), ModelSpec.class, "test", "model");
    }

    /** Returns every combination of architectural choices. */
    public static List<ModelSpec> grid() {
        List<Optional<MoeSpec>> mixtures =
                List.of(Optional.empty(), Optional.of(mixture(3, 2, true, 1)), Optional.of(mixture(4, 1, false, 2)));
        List<ModelSpec> specs = new ArrayList<>();
        for (Norm.Kind norm : Norm.Kind.values()) {
            for (Positions positions : Positions.values()) {
                for (Activation activation : Activation.values()) {
                    for (Optional<MoeSpec> mixture : mixtures) {
                        for (int bits = 0; bits < 8; bits++) {
                            specs.add(spec(norm, positions, activation, mixture, bits));
                        }
                    }
                }
            }
        }
        specs.addAll(published());
        specs.addAll(windowed());
        specs.addAll(parallel());
        return specs;
    }

    /**
     * Returns models with the options of published architectures that {@link #grid} lacks; the transformers library contains all
     * but the last.
     */
    public static List<ModelSpec> published() {
        String mixture =
                "num_experts: 4, num_experts_per_tok: 2, norm_topk_prob: false, losses: {mixtral_balance: 0.01}";
        return List.of(
                spec("llama", "qk_norm: projection", "moe: {" + mixture + "}"),
                spec(
                        "llama",
                        "num_key_value_heads: 2",
                        "attention_bias: qkv",
                        "moe: {" + mixture
                                + ", moe_intermediate_size: 12, shared_expert_intermediate_size: 20, shared_expert_gate: true}"),
                spec(
                        "llama",
                        "num_key_value_heads: 2",
                        "head_dim: 10",
                        "qk_norm: head",
                        "moe: {" + mixture + ", moe_intermediate_size: 12, mlp_only_layers: [0]}"),
                spec("llama", "head_dim: 8", "moe: {num_experts: 3, num_experts_per_tok: 2}"),
                spec("llama", "attention_bias: all"),
                spec("llama", "head_dim: 10"),
                spec("llama", "num_key_value_heads: 2", "attention_bias: qkv", "tie_word_embeddings: true"),
                spec("llama", "num_key_value_heads: 2", "head_dim: 10", "qk_norm: head"),
                spec("llama", "rope_scaling: {kind: linear, factor: 4}"),
                spec("llama", "rope_scaling: {kind: dynamic, factor: 4}"),
                spec(
                        "llama",
                        "rope_scaling: {kind: llama3, factor: 8, low_freq_factor: 1, high_freq_factor: 4,"
                                + " original_max_position_embeddings: 8}"),
                spec(
                        "llama",
                        "rope_scaling: {kind: yarn, factor: 4, original_max_position_embeddings: 4, attention_factor: 1.1}"),
                spec(
                        "gpt2",
                        "head_dim: 10",
                        "qk_norm: head",
                        "attention_bias: none",
                        "moe: {" + mixture + ", shared_expert_intermediate_size: 20}"));
    }

    /** Returns models of each architecture that supports a sliding window, with a window shorter than the context. */
    public static List<ModelSpec> windowed() {
        return List.of(
                spec("llama", "num_key_value_heads: 2", "sliding_window: 4"),
                spec("llama", "sliding_window: 5", "moe: {num_experts: 3, num_experts_per_tok: 2}"),
                spec("llama", "sliding_window: 2", "qk_norm: head", "head_dim: 10"),
                spec("gpt2", "sliding_window: 1"));
    }

    /** Returns MoEP with every option that its paper leaves open, separately and combined. */
    public static List<ModelSpec> parallel() {
        return List.of(
                parallel("{}"),
                parallel("{attention: all_tokens}"),
                parallel("{residual: false, normalize: false}"),
                parallel("{gate: sum, projections: {expert: swiglu, intermediate_size: 10}}"),
                parallel("{attention: all_tokens, gate: sum, residual: false}"),
                parallel("{blocks: {num_experts: 3, num_experts_per_tok: 1}}", "hidden_act: swiglu", "norm: rms_norm"),
                parallel("{projections: {num_experts_per_tok: 1}}", "position_embedding: sinusoidal", "bias: false"));
    }

    /** Returns a small MoEP with overrides of its {@code parallel} section, then of other keys. */
    public static ModelSpec parallel(String section, String... overrides) {
        ObjectNode parallel = Yaml.parse("{hidden_size: 12, num_attention_heads: 2, intermediate_size: 20}", "tiny");
        parallel.setAll(Yaml.parse(section, "test"));
        List<String> all = new ArrayList<>(List.of("num_hidden_layers: 4"));
        all.addAll(List.of(overrides));
        ObjectNode model = Yaml.parse(SIZES, "tiny").put("preset", "moep");
        all.forEach(override -> model.setAll(Yaml.parse(override, "test")));
        model.set("parallel", parallel);
        return Records.read(Presets.resolve(model, "test"), ModelSpec.class, "test", "model");
    }

    private static MoeSpec mixture(int experts, int topK, boolean renormalized, int step) {
        return new MoeSpec(
                        experts,
                        topK,
                        renormalized,
                        new TopKRouter.Spec(),
                        Coefficients.NONE.with(BalanceLoss.MIXTRAL_BALANCE, renormalized ? 0.02 : 0))
                .withSparseStep(step);
    }

    private static ModelSpec spec(
            Norm.Kind norm, Positions positions, Activation activation, Optional<MoeSpec> mixture, int bits) {
        boolean bias = (bits & 1) != 0;
        boolean tied = (bits & 2) != 0;
        int keyValueHeads = (bits & 4) != 0 ? 2 : 4;
        return new ModelSpec(
                new ModelKeys.Frame(VOCABULARY, 16, tied, new ModelKeys.Position(positions)),
                new ModelKeys.Stack(24, 2, 0),
                new ModelKeys.Attention(4, keyValueHeads, Attention.Bias.of(bias)),
                new ModelKeys.FeedForward(40, activation, bias),
                new ModelKeys.Norm(norm, 1e-5, bias),
                new ModelKeys.Start(0.02),
                mixture.orElse(null),
                null);
    }

    /**
     * Builds a model in which every parameter matters: matrices with standard deviation 0.2, biases around 0 and norms around 1,
     * so that routing is decisive and a missing parameter changes the result.
     */
    public static LanguageModel randomised(ModelSpec spec, long seed) {
        LanguageModel model = LanguageModel.build(spec, seed);
        Rng rng = Rng.seeded(seed + 1);
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            for (Parameter parameter : model.parameters()) {
                Tensor noise = Tensors.normal(rng, 0, 1, parameter.value().shape());
                boolean norm = parameter.name().endsWith("norm.weight");
                double scale = parameter.decays() || norm ? 0.2 : 0.1;
                parameter.value().copyInPlace(noise.mul(scale).add(norm ? 1 : 0));
            }
        }
        return model;
    }

    /** Returns random token ids (B, S). */
    public static Tensor ids(long seed, int batch, int tokens) {
        return Tensors.uniform(Rng.seeded(seed), 0, VOCABULARY, batch, tokens).to(DType.INT64);
    }

    /** Returns the largest absolute difference between two tensors of the same shape. */
    public static double distance(Tensor a, Tensor b) {
        try (Scope _ = Scope.open()) {
            return a.detach().sub(b.detach()).abs().max().item();
        }
    }
}
