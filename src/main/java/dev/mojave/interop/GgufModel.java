package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.base.IoFailures;
import dev.mojave.base.Staging;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.model.BlockSpec;
import dev.mojave.model.FrameSpec;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.Capacity;
import dev.mojave.moe.Dispatch;
import dev.mojave.moe.ExpertBank;
import dev.mojave.moe.Experts;
import dev.mojave.moe.LinearExperts;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.RouterSpec;
import dev.mojave.moe.SharedExpert;
import dev.mojave.moe.TopKRouter;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Parameter;
import dev.mojave.nn.QkNorm;
import dev.mojave.nn.RopeScaling;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Writes a LLaMA, Mistral, Mixtral, or a dense Qwen2 or Qwen3 as one GGUF file, which llama.cpp runs. The first three are its architecture
 * {@code llama}: RMSNorm, SwiGLU, rotary positions whose halves are interleaved (so the rows of queries and keys are reordered), grouped
 * queries, and in every layer either a feed-forward or a mixture whose weights are renormalised over the chosen experts. Its {@code qwen2}
 * and {@code qwen3} rotate halves as we do, so their rows stay; the one has biases of queries, keys and values, the other norms of each
 * head's queries and keys.
 *
 * <p>Norms and routers stay float32; a matrix whose rows are no multiple of 32 is stored as F16 where Q8_0 was asked for.
 */
public final class GgufModel {
    private static final String OTHER_BIASES = "it has biases outside its attention";
    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\.(.+)");
    private static final Pattern EXPERT = Pattern.compile("block_sparse_moe\\.experts\\.(\\d+)\\.(w[123])\\.weight");

    private static final Map<String, String> OUTSIDE = Map.of(
            "model.embed_tokens.weight", "token_embd.weight",
            "model.norm.weight", "output_norm.weight",
            "lm_head.weight", "output.weight");
    private static final Map<String, String> INSIDE = Map.ofEntries(
            Map.entry("input_layernorm.weight", "attn_norm.weight"),
            Map.entry("self_attn.q_proj.weight", "attn_q.weight"),
            Map.entry("self_attn.k_proj.weight", "attn_k.weight"),
            Map.entry("self_attn.v_proj.weight", "attn_v.weight"),
            Map.entry("self_attn.q_proj.bias", "attn_q.bias"),
            Map.entry("self_attn.k_proj.bias", "attn_k.bias"),
            Map.entry("self_attn.v_proj.bias", "attn_v.bias"),
            Map.entry("self_attn.q_norm.weight", "attn_q_norm.weight"),
            Map.entry("self_attn.k_norm.weight", "attn_k_norm.weight"),
            Map.entry("self_attn.o_proj.weight", "attn_output.weight"),
            Map.entry("post_attention_layernorm.weight", "ffn_norm.weight"),
            Map.entry("mlp.gate_proj.weight", "ffn_gate.weight"),
            Map.entry("mlp.up_proj.weight", "ffn_up.weight"),
            Map.entry("mlp.down_proj.weight", "ffn_down.weight"),
            Map.entry("block_sparse_moe.gate.weight", "ffn_gate_inp.weight"),
            Map.entry("w1", "ffn_gate_exps.weight"),
            Map.entry("w3", "ffn_up_exps.weight"),
            Map.entry("w2", "ffn_down_exps.weight"));

    /** Architectures of llama.cpp, by their names there in lower case. */
    private enum Architecture {
        LLAMA,
        QWEN2,
        QWEN3;

        /** Returns the one whose attention a model has, or else the most general. */
        static Architecture of(ModelSpec spec) {
            if (spec.qkNorm() == QkNorm.HEAD) {
                return QWEN3;
            }
            return spec.attentionBias() == Attention.Bias.QKV ? QWEN2 : LLAMA;
        }

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final ModelSpec spec;
    private final Architecture architecture;
    private final GgufType type;

    private GgufModel(ModelSpec spec, GgufType type) {
        this.spec = spec;
        this.architecture = Architecture.of(spec);
        this.type = type;
    }

    /** Returns what llama.cpp calls models of this kind. */
    public static String architecture(ModelSpec spec) {
        return Architecture.of(spec).key();
    }

    /**
     * Writes a file; one that is there is replaced when the new one is whole.
     *
     * @param name what the model is called
     * @throws Failure of kind DATA if llama.cpp has no such model or tokenizer, USAGE or ENVIRONMENT if the file cannot be written
     */
    public static void write(
            Path file, String name, ModelSpec spec, List<Parameter> parameters, Tokenizer tokenizer, GgufType type) {
        write(file, name, spec, parameters, tokenizer, SpecialTokens.of(tokenizer), type);
    }

    /**
     * Writes a file for a model from elsewhere.
     *
     * @param special which tokens begin and end its texts
     * @throws Failure as the other
     */
    public static void write(
            Path file,
            String name,
            ModelSpec spec,
            List<Parameter> parameters,
            Tokenizer tokenizer,
            SpecialTokens special,
            GgufType type) {
        List<String> against = against(spec);
        if (!against.isEmpty()) {
            throw Failure.data(
                    "%s cannot be written as GGUF, which has the shapes of LLaMA, Mistral, Mixtral, Qwen2 and Qwen3 here: %s",
                    name, String.join("; ", against));
        }
        GgufModel model = new GgufModel(spec, type);
        GgufMetadata metadata = model.metadata(name);
        GgufTokenizer.add(metadata, tokenizer, special, spec.vocabSize());
        try (Scope _ = Scope.open();
                Staging staging = Staging.file(file)) {
            GgufFile.write(staging.place(), metadata, model.entries(WeightNames.toStored(spec, parameters)));
            staging.publish();
        } catch (IOException e) {
            throw IoFailures.of("write the GGUF file", file, e);
        }
    }

    private static List<String> against(ModelSpec spec) {
        List<String> against = new ArrayList<>();
        refuseFrame(against, spec.frame());
        refuse(against, spec.parallelBlocks().isPresent(), "parallel is set");
        spec.blocks().forEach(block -> refuseBlock(against, block, Architecture.of(spec)));
        spec.mixture().ifPresent(moe -> refuseMixture(against, moe, spec.numHiddenLayers()));
        return against;
    }

    private static void refuseFrame(List<String> against, FrameSpec frame) {
        switch (frame) {
            case FrameSpec(
                    int _,
                    int _,
                    int _,
                    FrameSpec.Position position,
                    boolean _,
                    Norm.Spec(Norm.Kind norm, int _, double _, boolean _),
                    double _) -> {
                refuse(against, norm != Norm.Kind.RMS_NORM, "norm is not rms_norm");
                switch (position) {
                    case FrameSpec.Learned(), FrameSpec.Sinusoidal() ->
                        refuse(against, true, "position_embedding is not rope");
                    case FrameSpec.Rotated(int _, double _, Optional<RopeScaling> scaling) ->
                        refuse(against, scaling.isPresent(), "rope_scaling is set");
                }
            }
        }
    }

    private static void refuseBlock(List<String> against, BlockSpec block, Architecture architecture) {
        switch (block) {
            case BlockSpec(
                    BlockSpec.Topology topology,
                    Norm.Spec(Norm.Kind norm, int _, double _, boolean bias),
                    AttentionSpec attention,
                    BlockSpec.SecondHalf half,
                    double _) -> {
                switch (topology) {
                    case PRE_NORM -> {} // All of them have it.
                }
                refuse(against, norm != Norm.Kind.RMS_NORM, "norm is not rms_norm");
                refuse(against, bias, OTHER_BIASES);
                refuseAttention(against, attention, architecture);
                switch (half) {
                    case BlockSpec.Dense(FeedForward.Spec dense) -> refuseFeedForward(against, dense);
                    case BlockSpec.Sparse(MoeLayer.Spec mixture) -> refuseExperts(against, mixture, architecture);
                }
            }
        }
    }

    private static void refuseAttention(List<String> against, AttentionSpec attention, Architecture architecture) {
        String name = architecture.key();
        switch (attention) {
            case AttentionSpec.GroupedQuery(
                    int width,
                    int heads,
                    int _,
                    int headSize,
                    Attention.Bias bias,
                    QkNorm qkNorm,
                    double _,
                    double _) -> {
                Attention.Bias own = architecture == Architecture.QWEN2 ? Attention.Bias.QKV : Attention.Bias.NONE;
                refuse(
                        against,
                        bias != own,
                        "attention_bias is " + bias.name().toLowerCase(Locale.ROOT) + " (its " + name + " has "
                                + own.name().toLowerCase(Locale.ROOT) + ")");
                refuse(against, qkNorm == QkNorm.PROJECTION, "qk_norm is projection");
                refuse(
                        against,
                        architecture == Architecture.QWEN2 && (long) headSize * heads != width,
                        "head_dim is not hidden_size / num_attention_heads (its qwen2 has that)");
            }
            case AttentionSpec.SlidingWindow(AttentionSpec.GroupedQuery grouped, int window) -> {
                refuseAttention(against, grouped, architecture);
                refuse(against, true, "sliding_window is " + window + " (its " + name + " has none)");
            }
        }
    }

    private static void refuseFeedForward(List<String> against, FeedForward.Spec feedForward) {
        switch (feedForward) {
            case FeedForward.Spec(int _, int _, FeedForward.Activation activation, boolean bias, int _) -> {
                refuse(against, activation != FeedForward.Activation.SWIGLU, "hidden_act is not swiglu");
                refuse(against, bias, OTHER_BIASES);
            }
        }
    }

    private static void refuseExperts(List<String> against, MoeLayer.Spec mixture, Architecture architecture) {
        refuse(against, architecture != Architecture.LLAMA, "it has experts (its " + architecture.key() + " has none)");
        switch (mixture) {
            case MoeLayer.Spec(
                    RouterSpec router,
                    RouterSpec.Sizes(int _, int _, int _, boolean renormalized),
                    ExpertBank.Spec experts,
                    MoeLayer.Travel(Dispatch.Kind dispatch, Optional<Capacity> _, double _),
                    Optional<SharedExpert.Spec> shared) -> {
                refuse(against, !(router instanceof TopKRouter.Spec), "moe.router is not top_k");
                refuse(against, !renormalized, "moe.norm_topk_prob is false");
                refuse(against, dispatch == Dispatch.Kind.CAPACITY, "moe.dispatch drops tokens");
                refuse(against, shared.isPresent(), "it has a shared expert");
                switch (experts) {
                    case Experts.Spec(int _, FeedForward.Spec each, double _) -> refuseFeedForward(against, each);
                    case LinearExperts.Spec _ -> refuse(against, true, "its experts are linear");
                }
            }
        }
    }

    private static void refuseMixture(List<String> against, MoeSpec moe, int layers) {
        refuse(against, !IntStream.range(0, layers).allMatch(moe::sparse), "some layers are dense");
    }

    /** Adds a reason once, however many layers have it. */
    private static void refuse(List<String> against, boolean wrong, String why) {
        if (wrong && !against.contains(why)) {
            against.add(why);
        }
    }

    private GgufMetadata metadata(String name) {
        GgufMetadata metadata = new GgufMetadata();
        String prefix = architecture.key() + ".";
        metadata.string("general.architecture", architecture.key());
        metadata.string("general.name", name);
        metadata.uint32("general.file_type", type.fileType());
        metadata.uint32("general.quantization_version", 2);
        metadata.uint32(prefix + "vocab_size", spec.vocabSize());
        metadata.uint32(prefix + "context_length", spec.maxPositionEmbeddings());
        metadata.uint32(prefix + "embedding_length", spec.hiddenSize());
        metadata.uint32(prefix + "block_count", spec.numHiddenLayers());
        Integer expert = spec.mixture().map(MoeSpec::moeIntermediateSize).orElse(null);
        metadata.uint32(prefix + "feed_forward_length", expert == null ? spec.intermediateSize() : expert);
        metadata.uint32(prefix + "attention.head_count", spec.numAttentionHeads());
        metadata.uint32(prefix + "attention.head_count_kv", spec.numKeyValueHeads());
        metadata.uint32(prefix + "attention.key_length", spec.headSize());
        metadata.uint32(prefix + "attention.value_length", spec.headSize());
        metadata.float32(prefix + "attention.layer_norm_rms_epsilon", (float) spec.normEps());
        metadata.uint32(prefix + "rope.dimension_count", spec.headSize());
        metadata.float32(prefix + "rope.freq_base", (float) spec.ropeTheta());
        spec.mixture().ifPresent(moe -> {
            metadata.uint32(prefix + "expert_count", moe.numExperts());
            metadata.uint32(prefix + "expert_used_count", moe.numExpertsPerTok());
        });
        return metadata;
    }

    private List<GgufFile.Entry> entries(Map<String, Tensor> stored) {
        Map<String, List<Tensor>> parts = new LinkedHashMap<>();
        stored.forEach((name, tensor) -> {
            Matcher layer = LAYER.matcher(name);
            if (!layer.matches()) {
                put(parts, OUTSIDE.getOrDefault(name, ""), tensor);
                return;
            }
            String prefix = "blk." + layer.group(1) + ".";
            String inside = layer.group(2);
            Matcher expert = EXPERT.matcher(inside);
            if (expert.matches()) {
                // Experts come in the order of their numbers.
                put(parts, prefix + INSIDE.getOrDefault(expert.group(2), ""), tensor);
            } else {
                put(parts, prefix + INSIDE.getOrDefault(inside, ""), interleaved(inside, tensor));
            }
        });
        List<GgufFile.Entry> entries = new ArrayList<>();
        parts.forEach(
                (name, tensors) -> entries.add(new GgufFile.Entry(name, type(name, tensors.getFirst()), tensors)));
        return entries;
    }

    private static void put(Map<String, List<Tensor>> parts, String name, Tensor tensor) {
        parts.computeIfAbsent(name, n -> new ArrayList<>()).add(tensor);
    }

    /** Rows of each head from halves (0, n/2, 1, n/2 + 1, ...): llama.cpp rotates neighbours, Hugging Face's models halves. */
    private Tensor interleaved(String inside, Tensor tensor) {
        int heads = architecture != Architecture.LLAMA
                ? 0
                : inside.startsWith("self_attn.q_proj")
                        ? spec.numAttentionHeads()
                        : inside.startsWith("self_attn.k_proj") ? spec.numKeyValueHeads() : 0;
        if (heads == 0) {
            return tensor;
        }
        long rows = tensor.size(0);
        long width = tensor.size(1);
        return tensor.reshape(heads, 2, rows / heads / 2, width)
                .transpose(1, 2)
                .contiguous()
                .reshape(rows, width);
    }

    private GgufType type(String name, Tensor part) {
        int dimensions = part.shape().length;
        if (dimensions < 2 || name.endsWith("ffn_gate_inp.weight")) {
            return GgufType.F32;
        }
        return type == GgufType.Q8_0 && part.size(1) % type.block() != 0 ? GgufType.F16 : type;
    }
}
