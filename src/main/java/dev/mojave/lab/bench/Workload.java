package dev.mojave.lab.bench;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Yaml;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.presets.Presets;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * A model and the work that it does in one measured step.
 *
 * @param name its display name
 * @param kind the kind of work
 * @param model the model
 * @param batch sequences per step: of full context if the model trains, texts if it scores
 * @param weights format of the weights while the model generates
 */
public record Workload(String name, Kind kind, ModelSpec model, int batch, WeightFormat weights) {
    /** The kinds of work that can be measured. */
    public enum Kind {
        TRAIN,
        DECODE,
        SCORE
    }

    private static final int MIXTURE_BATCH = 16;
    private static final int MOEP_BATCH = 4;
    /** Tokens of the longest scored text. */
    private static final int LONGEST = 17;

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

    /** Returns the training of a dense model of GPT-2's shape. */
    public static Workload dense(Shape shape, int batch) {
        return new Workload("train " + shape + ", batch " + batch, Kind.TRAIN, shape.spec(), batch, WeightFormat.FP32);
    }

    /** Returns autoregressive decoding with a LLaMA whose feed-forward is four times the width and whose head is not tied. */
    public static Workload decode(Shape shape, WeightFormat weights) {
        String text = String.format(
                Locale.ROOT,
                """
                preset: llama
                vocab_size: %d
                hidden_size: %d
                num_hidden_layers: %d
                num_attention_heads: %d
                intermediate_size: %d
                max_position_embeddings: %d
                tie_word_embeddings: false
                """,
                shape.vocabulary(),
                shape.hidden(),
                shape.layers(),
                shape.heads(),
                4 * shape.hidden(),
                shape.context());
        int needed = DecodeSession.PROMPT + DecodeSession.WRITTEN;
        Check.that(shape.context() >= needed, "--shape: the context (%d) must be at least %d", shape.context(), needed);
        return new Workload(
                "decode LLaMA " + shape + ", weights " + weights.key(), Kind.DECODE, spec(text), 1, weights);
    }

    /** Returns the scoring of short texts, their log-probabilities, with a model of GPT-2's shape. */
    public static Workload score(Shape shape, int sentences) {
        Check.that(
                shape.context() >= LONGEST, "--shape: the context (%d) must be at least %d", shape.context(), LONGEST);
        return new Workload(
                "score " + sentences + " sentences, " + shape, Kind.SCORE, shape.spec(), sentences, WeightFormat.FP32);
    }

    /**
     * Returns the training of a Mixtral of 4 layers and width 256 whose experts have {@value #EXPERT_SIZE} hidden units, or, for
     * one expert, of the Llama with as many active parameters: the models of {@code bench/peers/moe.py}.
     *
     * @param experts number of experts; 1 for the dense model
     * @param topK experts per token
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
        String kind = dense ? "dense, as many active parameters as top-" + topK : experts + " experts, top-" + topK;
        return new Workload(
                "train 4x4x256, context 128, vocabulary 4096, " + kind,
                Kind.TRAIN,
                spec(text),
                MIXTURE_BATCH,
                WeightFormat.FP32);
    }

    /**
     * Returns the training of a mixture of 4 experts, top-2, with each router that a language model can use, by router name.
     * Plain top-k, the baseline of the others, comes first. The only balance loss is the one that belongs to noisy top-k.
     */
    public static SequencedMap<String, Workload> routers() {
        SequencedMap<String, Workload> routers = new LinkedHashMap<>();
        for (String router : List.of(
                "top_k",
                "noisy_top_k",
                "noisy_top_k, losses: {importance_load: 0.01}",
                "loss_free",
                "{kind: loss_free, scores: softmax}",
                "{kind: task_aware, categories: [a, b, c, d]}",
                "hash",
                "uniform",
                "sinkhorn")) {
            String text = MIXTURE + "intermediate_size: " + EXPERT_SIZE
                    + "\nmoe: {num_experts: 4, num_experts_per_tok: 2, norm_topk_prob: true, router: " + router + "}\n";
            String name = "train 4x4x256, context 128, vocabulary 4096, 4 experts, top-2, router " + router;
            routers.put(router, new Workload(name, Kind.TRAIN, spec(text), MIXTURE_BATCH, WeightFormat.FP32));
        }
        return routers;
    }

    /** Returns the training of MoEP as published; {@link #denseAsMoep} is its baseline. */
    public static Workload moep() {
        return moep("MoEP", "preset: moep\n");
    }

    /**
     * Returns the training of MoEP's GPT-2 with as many active parameters, embeddings excluded, as MoEP: the same width, fewer
     * layers and a slightly wider feed-forward.
     */
    public static Workload denseAsMoep() {
        return moep(
                "GPT-2 of as many active parameters as MoEP",
                "preset: gpt2-babylm\nnum_hidden_layers: 7\nintermediate_size: 1597\n");
    }

    private static Workload moep(String name, String text) {
        return new Workload(
                "train " + name + ", width 384, context 512, vocabulary 16384, batch " + MOEP_BATCH,
                Kind.TRAIN,
                spec(text + "vocab_size: 16384\n"),
                MOEP_BATCH,
                WeightFormat.FP32);
    }

    private static ModelSpec spec(String text) {
        String source = "bench";
        return Records.read(Presets.resolve(Yaml.parse(text, source), source), ModelSpec.class, source, "model");
    }

    /** Returns the tokens per step. */
    double tokens() {
        return switch (kind) {
            case TRAIN -> (double) batch * model.maxPositionEmbeddings();
            case DECODE -> DecodeSession.WRITTEN;
            case SCORE ->
                ScoreSession.lengths(batch).stream().mapToInt(Integer::intValue).sum();
        };
    }

    /**
     * Returns the FLOPs per step: forward and backward if the model trains, otherwise the forward pass alone, which is a third of
     * that.
     */
    double flops() {
        double training = tokens() * model.counts().flopsPerToken();
        return kind == Kind.TRAIN ? training : training / 3;
    }
}
