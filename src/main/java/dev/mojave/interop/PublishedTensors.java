package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.model.ModelSpec;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Presents published weights under the names of {@link WeightNames}. It leaves out buffers (causal masks and rotary frequencies
 * in older files) and a head that repeats a tied embedding, uses a tied head as the embedding if only the head is stored, adds
 * the model's prefix if the file lacks it, and splits experts that are stored in one tensor, as the modules of transformers keep
 * them in memory.
 */
final class PublishedTensors implements StoredTensors {
    /** Buffers that both transformers and Mojave recompute: causal masks, rotary angles, position numbers. */
    private static final Pattern BUFFER = Pattern.compile(
            "(.*\\.)?(attn\\.(bias|masked_bias)|rotary_emb\\.(original_)?(inv_freq|cos_cached|sin_cached)|position_ids)");

    private static final Pattern FUSED =
            Pattern.compile("(model\\.layers\\.\\d+\\.)mlp\\.experts\\.(gate_up_proj|down_proj)");
    private static final String HEAD = "lm_head.weight";

    /**
     * The location of a tensor in the file.
     *
     * @param name name of the stored tensor
     * @param expert index in its first dimension, or -1 for the whole tensor
     * @param half 0 or 1 for the first or second half of the rows, -1 for all rows
     */
    private record Place(String name, int expert, int half) {}

    private final StoredTensors stored;
    private final Map<String, Place> places = new TreeMap<>();

    PublishedTensors(StoredTensors stored, ModelSpec spec) {
        this.stored = stored;
        NamingStyle style = NamingStyle.of(spec);
        String prefix = prefix(style);
        for (String name : stored.names()) {
            if (!isBuffer(name)) {
                place(name.startsWith("lm_head.") ? name : prefix + name, name, style);
            }
        }
        Place head = spec.frame().tieWordEmbeddings() ? places.get(HEAD) : null;
        if (head != null) {
            String embedding = style.outside("embedding") + ".weight";
            if (places.putIfAbsent(embedding, head) != null) {
                requireTied(embedding);
            }
            places.remove(HEAD);
        }
    }

    /** Returns the prefix that the names lack: a file that was saved from the model without its head has none. */
    private String prefix(NamingStyle style) {
        String embedding = style.outside("embedding") + ".weight";
        String bare = embedding.substring(embedding.indexOf('.') + 1);
        boolean without = stored.names().contains(bare) && !stored.names().contains(embedding);
        return without ? embedding.substring(0, embedding.indexOf('.') + 1) : "";
    }

    /** Returns whether a tensor is, by its name, a buffer and not a parameter. */
    static boolean isBuffer(String name) {
        return BUFFER.matcher(name).matches();
    }

    private void place(String known, String name, NamingStyle style) {
        Matcher fused = FUSED.matcher(known);
        if (!fused.matches() || stored.shape(name).length != 3) {
            boolean router = style == NamingStyle.LLAMA && known.endsWith(".mlp.gate.weight");
            places.put(
                    router ? known.replace(".mlp.gate.", ".block_sparse_moe.gate.") : known, new Place(name, -1, -1));
            return;
        }
        boolean inputs = fused.group(2).equals("gate_up_proj");
        for (int expert = 0; expert < stored.shape(name)[0]; expert++) {
            for (int part = 0; part < (inputs ? 2 : 1); part++) {
                String module = style.inLayer(inputs ? "moe.experts.input" : "moe.experts.output", true)
                        .get(part)
                        .replace("#", String.valueOf(expert));
                places.put(fused.group(1) + module + ".weight", new Place(name, expert, inputs ? part : -1));
            }
        }
    }

    private void requireTied(String embedding) {
        try (Scope _ = Scope.open()) {
            Tensor difference =
                    tensor(HEAD).to(DType.FLOAT32).sub(tensor(embedding).to(DType.FLOAT32));
            if (difference.abs().max().item() != 0) {
                throw Failure.data(
                        "%s has a head (%s) that differs from the embedding, but config.json sets tie_word_embeddings; set it to false",
                        stored.source(), HEAD);
            }
        }
    }

    @Override
    public String source() {
        return stored.source();
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(places.keySet());
    }

    @Override
    public long[] shape(String name) {
        Place place = place(name);
        long[] whole = stored.shape(place.name);
        if (place.expert < 0) {
            return whole;
        }
        return new long[] {place.half < 0 ? whole[1] : whole[1] / 2, whole[2]};
    }

    @Override
    public DType dtype(String name) {
        return stored.dtype(place(name).name);
    }

    @Override
    public Tensor tensor(String name) {
        Place place = place(name);
        Tensor whole = stored.tensor(place.name);
        if (place.expert < 0) {
            return whole;
        }
        Tensor expert = whole.select(0, place.expert);
        long rows = expert.size(0) / 2;
        return place.half < 0 ? expert : expert.narrow(0, place.half * rows, rows);
    }

    private Place place(String name) {
        return Optional.ofNullable(places.get(name))
                .orElseThrow(() -> Failure.data("%s has no tensor '%s'", stored.source(), name));
    }
}
