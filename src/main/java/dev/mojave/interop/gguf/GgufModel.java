package dev.mojave.interop.gguf;

import dev.mojave.base.Failure;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.files.Staging;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.interop.WeightNames;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes a LLaMA, Mistral, Mixtral, or a dense Qwen2 or Qwen3 as one GGUF file for llama.cpp. The first three map to its
 * architecture {@code llama}: RMSNorm, SwiGLU, rotary positions with interleaved halves (so the rows of queries and keys are
 * reordered), grouped queries, and in every layer either a feed-forward or a mixture whose weights are renormalised over the
 * chosen experts. Its {@code qwen2} and {@code qwen3} rotate halves as Mojave does, so their rows stay in order; {@code qwen2}
 * has biases of queries, keys and values, {@code qwen3} norms of each head's queries and keys.
 *
 * <p>Norms and routers stay float32. If Q8_0 is requested, a matrix whose row length is not a multiple of 32 is stored as F16.
 */
public final class GgufModel {
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

    private final ModelSpec spec;
    private final GgufArchitecture architecture;
    private final GgufType type;

    private GgufModel(ModelSpec spec, GgufType type) {
        this.spec = spec;
        this.architecture = GgufArchitecture.of(spec);
        this.type = type;
    }

    /** Returns the name of llama.cpp's architecture for a model. */
    public static String architecture(ModelSpec spec) {
        return GgufArchitecture.of(spec).key();
    }

    /**
     * Writes a file. An existing file is replaced after the new one is complete.
     *
     * @param name name of the model
     * @throws Failure of kind DATA if llama.cpp does not support the model or the tokenizer; USAGE or ENVIRONMENT if the file
     *     cannot be written
     */
    public static void write(
            Path file, String name, ModelSpec spec, List<Parameter> parameters, Tokenizer tokenizer, GgufType type) {
        write(file, name, spec, parameters, tokenizer, SpecialTokens.of(tokenizer), type);
    }

    /**
     * Writes a file for an imported model.
     *
     * @param special the tokens that begin and end its texts
     * @throws Failure as {@link #write(Path, String, ModelSpec, List, Tokenizer, GgufType)}
     */
    public static void write(
            Path file,
            String name,
            ModelSpec spec,
            List<Parameter> parameters,
            Tokenizer tokenizer,
            SpecialTokens special,
            GgufType type) {
        List<String> against = GgufObstacles.of(spec);
        if (!against.isEmpty()) {
            throw Failure.data(
                    "%s cannot be written as GGUF, for which Mojave supports LLaMA, Mistral, Mixtral, Qwen2 and Qwen3: %s",
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
        int dense = spec.feedForward().intermediateSize();
        int width = spec.mixture().map(moe -> moe.experts().width(dense)).orElse(dense);
        metadata.uint32(prefix + "feed_forward_length", width);
        metadata.uint32(prefix + "attention.head_count", spec.attention().numAttentionHeads());
        metadata.uint32(prefix + "attention.head_count_kv", spec.attention().numKeyValueHeads());
        metadata.uint32(prefix + "attention.key_length", spec.headSize());
        metadata.uint32(prefix + "attention.value_length", spec.headSize());
        metadata.float32(
                prefix + "attention.layer_norm_rms_epsilon", (float) spec.norm().normEps());
        metadata.uint32(prefix + "rope.dimension_count", spec.headSize());
        metadata.float32(
                prefix + "rope.freq_base", (float) spec.frame().position().ropeTheta());
        spec.mixture().ifPresent(moe -> {
            metadata.uint32(prefix + "expert_count", moe.choice().numExperts());
            metadata.uint32(prefix + "expert_used_count", moe.choice().numExpertsPerTok());
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
                // Experts are stored in the order of their numbers.
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

    /**
     * Interleaves the two halves of each head's rows (0, n/2, 1, n/2 + 1, ...): llama.cpp rotates pairs of adjacent rows, Hugging
     * Face's models pairs from the two halves.
     */
    private Tensor interleaved(String inside, Tensor tensor) {
        int heads = architecture != GgufArchitecture.LLAMA
                ? 0
                : inside.startsWith("self_attn.q_proj")
                        ? spec.attention().numAttentionHeads()
                        : inside.startsWith("self_attn.k_proj")
                                ? spec.attention().numKeyValueHeads()
                                : 0;
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
