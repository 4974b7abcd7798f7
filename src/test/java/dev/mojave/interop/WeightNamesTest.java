package dev.mojave.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.interop.safetensors.SafeEntry;
import dev.mojave.interop.safetensors.SafeType;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.interop.safetensors.SafetensorsWriter;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightNamesTest {
    @Test
    void everyCombinationSurvivesTheRoundTripBitForBit() {
        for (ModelSpec spec : Tiny.grid()) {
            try (Scope _ = Scope.open();
                    LanguageModel model = LanguageModel.build(spec, 1);
                    LanguageModel other = LanguageModel.build(spec, 2)) {
                Map<String, Tensor> stored = WeightNames.toStored(spec, model.parameters());
                long elements =
                        stored.values().stream().mapToLong(Tensor::elements).sum();
                assertThat(elements).as("%s", spec).isEqualTo(model.parameterCount());
                WeightNames.fromStored(spec, StoredTensors.of("memory", stored), other.parameters());
                for (int i = 0; i < model.parameters().size(); i++) {
                    Parameter parameter = model.parameters().get(i);
                    assertThat(other.parameters().get(i).value().toFloats())
                            .as("%s of %s", parameter.name(), spec)
                            .isEqualTo(parameter.value().toFloats());
                }
            }
        }
    }

    /** If a parameter had no stored name, a run would fail at its first checkpoint, however much training it took. */
    @Test
    void whateverARouterHoldsHasANameInEveryStyle() {
        for (NamingStyle style : NamingStyle.values()) {
            List<String> matrix = style.inLayer("moe.router", true);
            assertThat(matrix).hasSize(1);
            String mixture = matrix.getFirst().substring(0, matrix.getFirst().length() - "gate".length());
            assertThat(style.inLayer("moe.router.noise", true)).containsExactly(mixture + "noise_gate");
            assertThat(style.inLayer("moe.router.categories", true)).containsExactly(mixture + "category_embedding");
            assertThat(style.inLayer("moe.router.centroids.scale", true))
                    .containsExactly(mixture + "router.centroids.scale");
            assertThatThrownBy(() -> style.inLayer("moe.gone", true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the parameters of moe.gone have no stored name");
        }
    }

    @Test
    void everyRouterIsStoredBesideNormsOfQueriesAndSharedExperts() {
        for (String more : List.of("qk_norm: head", "qk_norm: projection", "")) {
            for (String router : List.of("noisy_top_k", "{kind: task_aware, categories: [noun, verb]}", "loss_free")) {
                ModelSpec spec = Tiny.spec(
                        "llama",
                        "num_hidden_layers: 1" + (more.isEmpty() ? "" : "\n" + more)
                                + "\nmoe: {num_experts: 2, num_experts_per_tok: 2, router: " + router
                                + (more.isEmpty() ? ", shared_expert_intermediate_size: 8" : "") + "}");
                try (Scope _ = Scope.open();
                        LanguageModel model = LanguageModel.build(spec, 1);
                        LanguageModel other = LanguageModel.blank(spec)) {
                    Map<String, Tensor> stored = WeightNames.toStored(spec, model.tensors());
                    WeightNames.fromStored(spec, StoredTensors.of("memory", stored), other.tensors());
                    for (int i = 0; i < model.tensors().size(); i++) {
                        assertThat(other.tensors().get(i).value().toFloats())
                                .as("%s of %s", model.tensors().get(i).name(), spec)
                                .isEqualTo(model.tensors().get(i).value().toFloats());
                    }
                }
            }
        }
    }

    private static String names(ModelSpec spec) {
        try (Scope _ = Scope.open();
                LanguageModel model = LanguageModel.build(spec, 1)) {
            StringBuilder text = new StringBuilder();
            new java.util.TreeMap<>(WeightNames.toStored(spec, model.parameters()))
                    .forEach((name, tensor) -> text.append(name)
                            .append(' ')
                            .append(Arrays.toString(tensor.shape()))
                            .append('\n'));
            return text.toString();
        }
    }

    @Test
    void gpt2IsStoredAsHuggingFaceStoresIt() {
        assertThat(names(Tiny.spec("gpt2", "num_hidden_layers: 1"))).isEqualTo("""
                transformer.h.0.attn.c_attn.bias [72]
                transformer.h.0.attn.c_attn.weight [24, 72]
                transformer.h.0.attn.c_proj.bias [24]
                transformer.h.0.attn.c_proj.weight [24, 24]
                transformer.h.0.ln_1.bias [24]
                transformer.h.0.ln_1.weight [24]
                transformer.h.0.ln_2.bias [24]
                transformer.h.0.ln_2.weight [24]
                transformer.h.0.mlp.c_fc.bias [96]
                transformer.h.0.mlp.c_fc.weight [24, 96]
                transformer.h.0.mlp.c_proj.bias [24]
                transformer.h.0.mlp.c_proj.weight [96, 24]
                transformer.ln_f.bias [24]
                transformer.ln_f.weight [24]
                transformer.wpe.weight [16, 24]
                transformer.wte.weight [61, 24]
                """);
    }

    @Test
    void aMixtureWithGroupedQueriesIsStoredAsMixtral() {
        String moe = "moe: {num_experts: 2, num_experts_per_tok: 2}";
        assertThat(names(Tiny.spec("llama", "num_hidden_layers: 1", "num_key_value_heads: 2", moe)))
                .isEqualTo("""
                        lm_head.weight [61, 24]
                        model.embed_tokens.weight [61, 24]
                        model.layers.0.block_sparse_moe.experts.0.w1.weight [64, 24]
                        model.layers.0.block_sparse_moe.experts.0.w2.weight [24, 64]
                        model.layers.0.block_sparse_moe.experts.0.w3.weight [64, 24]
                        model.layers.0.block_sparse_moe.experts.1.w1.weight [64, 24]
                        model.layers.0.block_sparse_moe.experts.1.w2.weight [24, 64]
                        model.layers.0.block_sparse_moe.experts.1.w3.weight [64, 24]
                        model.layers.0.block_sparse_moe.gate.weight [2, 24]
                        model.layers.0.input_layernorm.weight [24]
                        model.layers.0.post_attention_layernorm.weight [24]
                        model.layers.0.self_attn.k_proj.weight [12, 24]
                        model.layers.0.self_attn.o_proj.weight [24, 24]
                        model.layers.0.self_attn.q_proj.weight [24, 24]
                        model.layers.0.self_attn.v_proj.weight [12, 24]
                        model.norm.weight [24]
                        """);
    }

    @Test
    void aSharedExpertAndBiasesAreStoredAsQwen() {
        assertThat(names(Tiny.published().get(1))
                        .lines()
                        .filter(name -> name.startsWith("model.layers.1.")
                                && !name.contains("experts.1")
                                && !name.contains("experts.2")
                                && !name.contains("experts.3")))
                .containsExactly(
                        "model.layers.1.input_layernorm.weight [24]",
                        "model.layers.1.mlp.experts.0.down_proj.weight [24, 12]",
                        "model.layers.1.mlp.experts.0.gate_proj.weight [12, 24]",
                        "model.layers.1.mlp.experts.0.up_proj.weight [12, 24]",
                        "model.layers.1.mlp.gate.weight [4, 24]",
                        "model.layers.1.mlp.shared_expert.down_proj.weight [24, 20]",
                        "model.layers.1.mlp.shared_expert.gate_proj.weight [20, 24]",
                        "model.layers.1.mlp.shared_expert.up_proj.weight [20, 24]",
                        "model.layers.1.mlp.shared_expert_gate.weight [1, 24]",
                        "model.layers.1.post_attention_layernorm.weight [24]",
                        "model.layers.1.self_attn.k_proj.bias [12]",
                        "model.layers.1.self_attn.k_proj.weight [12, 24]",
                        "model.layers.1.self_attn.o_proj.weight [24, 24]",
                        "model.layers.1.self_attn.q_proj.bias [24]",
                        "model.layers.1.self_attn.q_proj.weight [24, 24]",
                        "model.layers.1.self_attn.v_proj.bias [12]",
                        "model.layers.1.self_attn.v_proj.weight [12, 24]");
    }

    @Test
    void normsOfQueriesAndKeysAreStoredAsOlmoeAndQwen() {
        assertThat(names(Tiny.published().get(0)))
                .contains("layers.0.self_attn.q_norm.weight [24]", "layers.0.self_attn.k_norm.weight [24]");
        assertThat(names(Tiny.published().get(2)))
                .contains(
                        "layers.0.self_attn.q_norm.weight [10]",
                        "layers.0.self_attn.k_norm.weight [10]",
                        "layers.0.mlp.up_proj.weight [64, 24]",
                        "layers.1.mlp.experts.3.up_proj.weight [12, 24]");
    }

    @Test
    void combinationsOfOurOwnAreNamedInTheSameSpirit() {
        String moe = "moe: {num_experts: 2, num_experts_per_tok: 1, decoder_sparse_step: 2}";
        String sparseGpt2 = names(Tiny.spec("gpt2", "bias: false", "hidden_act: swiglu", moe));
        assertThat(sparseGpt2)
                .contains("transformer.h.0.mlp.c_gate.weight [24, 64]\n")
                .contains("transformer.h.1.moe.gate.weight [2, 24]\n")
                .contains("transformer.h.1.moe.experts.1.c_gate.weight [24, 64]\n")
                .contains("transformer.h.1.moe.experts.1.c_proj.weight [64, 24]\n")
                .doesNotContain("bias");
        String learnedLlama =
                names(Tiny.spec("llama", "position_embedding: learned", "hidden_act: gelu", "bias: true"));
        assertThat(learnedLlama)
                .contains("model.embed_positions.weight [16, 24]\n")
                .contains("model.layers.1.mlp.up_proj.bias [96]\n")
                .contains("model.layers.1.self_attn.k_proj.bias [24]\n")
                .doesNotContain("gate_proj");
    }

    @Test
    void whatDoesNotFitIsListedByNameAndNothingIsCopied() {
        ModelSpec spec = Tiny.spec("gpt2");
        try (Scope _ = Scope.open();
                LanguageModel model = LanguageModel.build(spec, 1)) {
            Map<String, Tensor> stored = new LinkedHashMap<>(WeightNames.toStored(spec, model.parameters()));
            stored.replaceAll((_, tensor) -> tensor.mul(2));
            stored.remove("transformer.ln_f.bias");
            stored.put("transformer.ln_f.gain", Tensors.zeros(DType.FLOAT32, 24));
            stored.put("transformer.wpe.weight", Tensors.zeros(DType.FLOAT32, 8, 24));
            stored.put("transformer.ln_f.weight", Tensors.zeros(DType.INT64, 24));
            float[] before = model.parameters().getFirst().value().toFloats();
            assertThatThrownBy(() ->
                            WeightNames.fromStored(spec, StoredTensors.of("m.safetensors", stored), model.parameters()))
                    .isInstanceOfSatisfying(
                            Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.DATA))
                    .hasMessage("the weights in m.safetensors do not match this model"
                            + "; missing: transformer.ln_f.bias [24]; unexpected: transformer.ln_f.gain"
                            + "; different: transformer.wpe.weight has the shape [8, 24], but the model needs [16, 24]"
                            + "; transformer.ln_f.weight is INT64, but the model needs a float type");
            assertThat(model.parameters().getFirst().value().toFloats()).isEqualTo(before);
        }
    }

    @Test
    void aLongListIsCutShort() {
        ModelSpec spec = Tiny.spec("gpt2");
        try (Scope _ = Scope.open();
                LanguageModel model = LanguageModel.build(spec, 1)) {
            assertThatThrownBy(
                            () -> WeightNames.fromStored(spec, StoredTensors.of("empty", Map.of()), model.parameters()))
                    .hasMessageEndingWith("; and 20 more");
        }
    }

    @Test
    void aFileIsReadInAnyFloatType(@TempDir Path folder) throws IOException {
        ModelSpec spec = Tiny.spec("llama");
        Path file = folder.resolve("model.safetensors");
        try (Scope _ = Scope.open();
                LanguageModel model = LanguageModel.build(spec, 1);
                LanguageModel other = LanguageModel.build(spec, 2)) {
            Map<String, Tensor> stored = WeightNames.toStored(spec, model.parameters());
            List<SafeEntry> entries = stored.entrySet().stream()
                    .map(entry -> new SafeEntry(
                            entry.getKey(),
                            SafeType.BF16,
                            entry.getValue().shape(),
                            entry.getValue().to(DType.BFLOAT16).segment()))
                    .toList();
            SafetensorsWriter.write(file, entries, Map.of());
            try (SafetensorsFile opened = SafetensorsFile.open(file)) {
                StoredTensors tensors = StoredTensors.of(opened);
                assertThat(tensors.source()).isEqualTo(file.toString());
                assertThat(new TreeSet<>(tensors.names())).isEqualTo(new TreeSet<>(stored.keySet()));
                assertThat(tensors.dtype("lm_head.weight")).isEqualTo(DType.BFLOAT16);
                WeightNames.fromStored(spec, tensors, other.parameters());
            }
            for (int i = 0; i < model.parameters().size(); i++) {
                Tensor expected = model.parameters().get(i).value().to(DType.BFLOAT16);
                assertThat(other.parameters().get(i).value().toFloats()).isEqualTo(expected.toFloats());
            }
        }
    }
}
