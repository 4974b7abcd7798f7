package dev.mojave.interop;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Maps a model's parameters to the tensors of {@code model.safetensors}. The names are Hugging Face's if the architecture exists
 * there, and follow the same style (marked *) if it does not:
 *
 * <pre>
 * Mojave                     with LayerNorm (GPT-2)            with RMSNorm (LLaMA, Mixtral; | OLMoE, Qwen: with q/k norm or shared expert)
 * embedding                  transformer.wte                   model.embed_tokens
 * positions                  transformer.wpe                   model.embed_positions *
 * layers.N.                  transformer.h.N.                  model.layers.N.
 *   attention_norm             ln_1                              input_layernorm
 *   attention.qkv              attn.c_attn                       self_attn.{q,k,v}_proj
 *   attention.q_norm, k_norm   attn.q_norm, k_norm *             self_attn.q_norm, k_norm
 *   attention.output           attn.c_proj                       self_attn.o_proj
 *   feed_forward_norm          ln_2                              post_attention_layernorm
 *   feed_forward.input         mlp.c_fc (gate: mlp.c_gate *)     mlp.up_proj (gate: mlp.gate_proj)
 *   feed_forward.output        mlp.c_proj                        mlp.down_proj
 *   moe.router                 moe.gate *                        block_sparse_moe.gate | mlp.gate
 *   moe.router.noise           moe.noise_gate *                  (router).noise_gate *
 *   moe.router.categories      moe.category_embedding *          (router).category_embedding *
 *   moe.router.X               moe.router.X *                    (router's parent).router.X *
 *   moe.experts.input          moe.experts.J.c_fc, c_gate *      block_sparse_moe.experts.J.w3, w1 (gelu: w1 *) | mlp.experts.J.up_proj, gate_proj
 *   moe.experts.output         moe.experts.J.c_proj *            block_sparse_moe.experts.J.w2 | mlp.experts.J.down_proj
 *   moe.shared.input           moe.shared.c_fc, c_gate *         mlp.shared_expert.up_proj, gate_proj
 *   moe.shared.output          moe.shared.c_proj *               mlp.shared_expert.down_proj
 *   moe.shared.gate            moe.shared_gate *                 mlp.shared_expert_gate
 * shrink, grow, layers.N.router, layers.N.blocks.J (MoEP): parallel. and Mojave's name *
 * final_norm                 transformer.ln_f                  model.norm
 * head                       lm_head                           lm_head
 * </pre>
 *
 * <p>Matrices are (outputs, inputs), except those named {@code c_...}, which are (inputs, outputs) like GPT-2's Conv1D. A tied head
 * and a table of sinusoidal positions are not stored.
 */
public final class WeightNames {
    /** Modules that only MoEP has; their parameters are stored under Mojave's names and unchanged. */
    private static final Pattern PARALLEL =
            Pattern.compile("(shrink|grow)\\..+|layers\\.\\d+\\.(router|blocks\\.\\d+\\..+)");

    private static final Pattern LAYER = Pattern.compile("layers\\.(\\d+)\\.(.+)");
    private static final int LISTED = 8;

    /**
     * One stored tensor as a view of a parameter, so that one table serves reading and writing.
     *
     * @param parameter the parameter
     * @param expert index in its first dimension, or -1 if it does not stack experts
     * @param firstRow first row of the stored tensor
     * @param rows number of rows of the stored tensor
     * @param transposed whether rows and columns are swapped
     */
    private record Piece(Tensor parameter, int expert, long firstRow, long rows, boolean transposed) {
        Tensor view() {
            Tensor whole = expert < 0 ? parameter : parameter.select(0, expert);
            Tensor part = rows == whole.size(0) ? whole : whole.narrow(0, firstRow, rows);
            return transposed ? part.transpose(0, 1) : part;
        }
    }

    private WeightNames() {}

    /**
     * Returns the tensors to store, by name. They are detached and contiguous, and many share memory with the parameters.
     *
     * @param parameters the parameters of a model of this specification, or values of the same names and shapes, such as their
     *     gradients
     */
    public static Map<String, Tensor> toStored(ModelSpec spec, List<Parameter> parameters) {
        Map<String, Tensor> stored = new LinkedHashMap<>();
        try (NoGrad _ = NoGrad.open()) {
            pieces(spec, parameters)
                    .forEach((name, piece) ->
                            stored.put(name, piece.view().detach().contiguous()));
        }
        return stored;
    }

    /**
     * Copies stored tensors of any float type into the parameters of a model. Copies nothing unless all names and shapes match.
     *
     * @throws Failure of kind DATA that lists the tensors that are missing, unexpected or of another shape
     */
    public static void fromStored(ModelSpec spec, StoredTensors stored, List<Parameter> parameters) {
        try (NoGrad _ = NoGrad.open();
                Scope _ = Scope.open()) {
            Map<String, Piece> pieces = pieces(spec, parameters);
            check(stored, pieces);
            for (Map.Entry<String, Piece> entry : pieces.entrySet()) {
                try (Scope _ = Scope.open()) {
                    entry.getValue().view().copyInPlace(stored.tensor(entry.getKey()));
                }
            }
        }
    }

    private static void check(StoredTensors stored, Map<String, Piece> pieces) {
        List<String> missing = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        pieces.forEach((name, piece) -> {
            long[] expected = piece.view().shape();
            if (!stored.names().contains(name)) {
                missing.add(name + " " + Arrays.toString(expected));
            } else if (!Arrays.equals(expected, stored.shape(name))) {
                wrong.add(name + " has the shape " + Arrays.toString(stored.shape(name)) + ", but the model needs "
                        + Arrays.toString(expected));
            } else if (!stored.dtype(name).isFloat()) {
                wrong.add(name + " is " + stored.dtype(name) + ", but the model needs a float type");
            }
        });
        TreeSet<String> unexpected = new TreeSet<>(stored.names());
        unexpected.removeAll(pieces.keySet());
        if (!missing.isEmpty() || !wrong.isEmpty() || !unexpected.isEmpty()) {
            throw Failure.data(
                    "the weights in %s do not match this model%s%s%s",
                    stored.source(),
                    listed("missing", missing),
                    listed("unexpected", List.copyOf(unexpected)),
                    listed("different", wrong));
        }
    }

    private static String listed(String what, List<String> entries) {
        if (entries.isEmpty()) {
            return "";
        }
        int shown = Math.min(LISTED, entries.size());
        String rest = entries.size() > shown ? "; and " + (entries.size() - shown) + " more" : "";
        return "; " + what + ": " + String.join("; ", entries.subList(0, shown)) + rest;
    }

    private static Map<String, Piece> pieces(ModelSpec spec, List<Parameter> parameters) {
        Map<String, Piece> pieces = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            addPieces(pieces, spec, parameter);
        }
        return pieces;
    }

    private static void addPieces(Map<String, Piece> pieces, ModelSpec spec, Parameter parameter) {
        NamingStyle style = NamingStyle.of(spec);
        int dot = parameter.name().lastIndexOf('.');
        String module = parameter.name().substring(0, dot);
        String kind = parameter.name().substring(dot);
        Tensor value = parameter.value();
        if (PARALLEL.matcher(module).matches()) {
            add(pieces, "parallel." + parameter.name(), new Piece(value, -1, 0, value.size(0), false));
            return;
        }
        Matcher layer = LAYER.matcher(module);
        if (!layer.matches()) {
            add(pieces, style.outside(module) + kind, new Piece(value, -1, 0, value.size(0), false));
            return;
        }
        String inside = layer.group(2);
        String prefix = style.layer(Integer.parseInt(layer.group(1)));
        boolean stacked = inside.startsWith("moe.experts.");
        List<String> parts =
                style.inLayer(inside, spec.feedForward().hiddenAct().projections() == 2);
        long[] rows = rows(spec, parts.size(), value.size(stacked ? 1 : 0));
        for (int expert = stacked ? 0 : -1; expert < (stacked ? value.size(0) : 0); expert++) {
            long first = 0;
            for (int part = 0; part < rows.length; part++) {
                String name = prefix + parts.get(part).replace("#", String.valueOf(expert));
                boolean transposed = kind.equals(".weight") && style.transposed(name);
                add(pieces, name + kind, new Piece(value, expert, first, rows[part], transposed));
                first += rows[part];
            }
        }
    }

    private static void add(Map<String, Piece> pieces, String name, Piece piece) {
        Check.that(pieces.put(name, piece) == null, "two parameters would be stored as %s", name);
    }

    /** Returns the rows of each part of a fused matrix: halves for gate and up; queries, keys and values by their heads. */
    private static long[] rows(ModelSpec spec, int parts, long rows) {
        if (parts == 3) {
            long heads = spec.attention().numAttentionHeads();
            long keyValueHeads = spec.attention().numKeyValueHeads();
            long size = rows / (heads + 2 * keyValueHeads);
            return new long[] {heads * size, keyValueHeads * size, keyValueHeads * size};
        }
        long[] even = new long[parts];
        Arrays.fill(even, rows / parts);
        return even;
    }
}
