package dev.mojave.interop.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.CharTokenizer;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.data.tokenizer.bpe.BytePairTrainer;
import dev.mojave.interop.WeightNames;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the files with an independent reader, written from the format's specification. */
class GgufTest {
    private static final String WIDE = "hidden_size: 64";
    private static final String VOCABULARY = "vocab_size: 270";
    private static final String TIED = "tie_word_embeddings: true";
    private static final String MIXTURE = "moe: {num_experts: 3, num_experts_per_tok: 2, norm_topk_prob: true}";

    @TempDir
    Path folder;

    private static Tokenizer tokenizer() {
        BytePairTrainer trainer = new BytePairTrainer(new BytePairTrainer.Spec(262, 2));
        trainer.add("the cat and the hat and the mat");
        return Tokenizers.fromJson(trainer.finish(Progress.SILENT).json());
    }

    private static Tokenizer changed(Consumer<ObjectNode> change) {
        ObjectNode root = (ObjectNode) Json.tree(tokenizer().toJson());
        change.accept(root);
        return Tokenizers.fromJson(root.toString());
    }

    private Gguf write(ModelSpec spec, GgufType type) throws Exception {
        Path file = folder.resolve("model.gguf");
        try (LanguageModel model = LanguageModel.build(spec, 3)) {
            GgufModel.write(file, "tiny", spec, model.parameters(), tokenizer(), type);
        }
        return Gguf.read(file);
    }

    @ParameterizedTest
    @EnumSource(GgufType.class)
    void everyTensorIsThereToThePrecisionOfItsType(GgufType type) throws Exception {
        ModelSpec spec = Tiny.spec("llama", WIDE, VOCABULARY, "num_key_value_heads: 2", MIXTURE);
        Gguf file = write(spec, type);
        double step = switch (type) {
            case F32 -> 0;
            case F16 -> 1.0 / 2048;
            case Q8_0 -> 1.01 / 254;
        };
        try (LanguageModel model = LanguageModel.build(spec, 3);
                Scope _ = Scope.open()) {
            Map<String, Tensor> stored = WeightNames.toStored(spec, model.parameters());
            compare(file, "token_embd.weight", floats(stored, "model.embed_tokens.weight"), step);
            compare(file, "blk.1.attn_v.weight", floats(stored, "model.layers.1.self_attn.v_proj.weight"), step);
            float[] router = floats(stored, "model.layers.0.block_sparse_moe.gate.weight");
            compare(file, "blk.0.ffn_gate_inp.weight", router, 0);
            compare(file, "output_norm.weight", floats(stored, "model.norm.weight"), 0);
            float[] down = new float[0];
            for (int expert = 0; expert < 3; expert++) {
                String name = "model.layers.1.block_sparse_moe.experts." + expert + ".w2.weight";
                float[] one = floats(stored, name);
                int length = down.length;
                down = java.util.Arrays.copyOf(down, length + one.length);
                System.arraycopy(one, 0, down, length, one.length);
            }
            compare(file, "blk.1.ffn_down_exps.weight", down, step);
            assertThat(file.shapes.get("blk.1.ffn_down_exps.weight"))
                    .containsExactly((long) spec.feedForward().intermediateSize(), 64L, 3L);
        }
        assertThat(file.shapes).hasSize(2 * 10 + 3);
        assertThat(file.metadata)
                .containsEntry("general.architecture", "llama")
                .containsEntry("llama.attention.head_count_kv", 2L)
                .containsEntry("llama.expert_count", 3L)
                .containsEntry("llama.expert_used_count", 2L)
                .containsEntry("tokenizer.ggml.eos_token_id", 0L);
        assertThat((List<?>) file.metadata.get("tokenizer.ggml.tokens"))
                .hasSize(270)
                .last()
                .isEqualTo("[unused269]");
        assertThat((List<?>) file.metadata.get("tokenizer.ggml.merges")).first().isEqualTo("a t");
    }

    private static float[] floats(Map<String, Tensor> stored, String name) {
        return Objects.requireNonNull(stored.get(name), name).toFloats();
    }

    /**
     * Compares values with a tolerance proportional to the largest magnitude of the tensor, which bounds the rounding errors of
     * Q8_0 and F16.
     */
    private static void compare(Gguf file, String name, float[] expected, double step) {
        float[] actual = file.values(name);
        assertThat(actual).as(name).hasSameSizeAs(expected);
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) Math.abs(actual[i] - expected[i]))
                    .as("%s[%d]", name, i)
                    .isLessThanOrEqualTo(step * largest);
        }
    }

    /** Row 2i of a head is row i of its first half, row 2i + 1 row i of its second. */
    @Test
    void rowsOfQueriesAreInterleaved() throws Exception {
        ModelSpec spec = Tiny.spec("llama", VOCABULARY);
        Gguf file = write(spec, GgufType.F32);
        try (LanguageModel model = LanguageModel.build(spec, 3);
                Scope _ = Scope.open()) {
            float[] query =
                    floats(WeightNames.toStored(spec, model.parameters()), "model.layers.0.self_attn.q_proj.weight");
            float[] written = file.values("blk.0.attn_q.weight");
            int half = 3;
            for (int row = 0; row < 24; row++) {
                int head = row / (2 * half);
                int from = head * 2 * half + (row % 2) * half + row % (2 * half) / 2;
                for (int column = 0; column < 24; column++) {
                    assertThat(written[row * 24 + column]).isEqualTo(query[from * 24 + column]);
                }
            }
        }
        // 24 columns are not a multiple of 32.
        assertThat(write(spec, GgufType.Q8_0).types.get("blk.0.attn_q.weight")).isEqualTo(1);
    }

    /** The export fails halfway, since the values of the last tensor do not fit its type. */
    @Test
    void aFailedExportLeavesWhatWasThere() throws Exception {
        ModelSpec spec = Tiny.spec("llama", VOCABULARY);
        Path file = Files.writeString(folder.resolve("model.gguf"), "old");
        Path deep = folder.resolve("new/deep/model.gguf");
        try (LanguageModel model = LanguageModel.build(spec, 3)) {
            try (NoGrad _ = NoGrad.open();
                    Scope _ = Scope.open()) {
                Tensor head = model.parameters().getLast().value();
                head.copyInPlace(head.mul(1e9));
            }
            for (Path target : List.of(file, deep)) {
                assertThatThrownBy(() ->
                                GgufModel.write(target, "tiny", spec, model.parameters(), tokenizer(), GgufType.F16))
                        .hasMessageContaining("which half precision cannot represent");
            }
        }
        assertThat(file).hasContent("old");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(file);
        }
    }

    /** Like llama.cpp's architectures of these names: the rows keep Mojave's order. */
    @Test
    void denseQwenModelsKeepTheirRowsAndHaveTheirBiasesAndNorms() throws Exception {
        ModelSpec qwen2 = Tiny.spec("llama", VOCABULARY, "num_key_value_heads: 2", "attention_bias: qkv");
        ModelSpec qwen3 =
                Tiny.spec("llama", VOCABULARY, "num_key_value_heads: 2", "head_dim: 10", "qk_norm: head", TIED);
        for (ModelSpec spec : List.of(qwen2, qwen3)) {
            String architecture = spec.equals(qwen2) ? "qwen2" : "qwen3";
            assertThat(GgufModel.architecture(spec)).isEqualTo(architecture);
            Gguf file = write(spec, GgufType.F32);
            try (LanguageModel model = LanguageModel.build(spec, 3);
                    Scope _ = Scope.open()) {
                Map<String, Tensor> stored = WeightNames.toStored(spec, model.parameters());
                Map<String, String> names = new HashMap<>(Map.of(
                        "token_embd.weight", "model.embed_tokens.weight", "output_norm.weight", "model.norm.weight"));
                if (spec.equals(qwen2)) {
                    names.put("output.weight", "lm_head.weight");
                }
                for (int i = 0; i < 2; i++) {
                    String ours = "blk." + i + ".";
                    String theirs = "model.layers." + i + ".";
                    names.put(ours + "attn_norm.weight", theirs + "input_layernorm.weight");
                    names.put(ours + "attn_output.weight", theirs + "self_attn.o_proj.weight");
                    names.put(ours + "ffn_norm.weight", theirs + "post_attention_layernorm.weight");
                    for (String part : List.of("gate", "up", "down")) {
                        names.put(ours + "ffn_" + part + ".weight", theirs + "mlp." + part + "_proj.weight");
                    }
                    for (String part : List.of("q", "k", "v")) {
                        names.put(ours + "attn_" + part + ".weight", theirs + "self_attn." + part + "_proj.weight");
                        if (spec.equals(qwen2)) {
                            names.put(ours + "attn_" + part + ".bias", theirs + "self_attn." + part + "_proj.bias");
                        } else if (!part.equals("v")) {
                            names.put(
                                    ours + "attn_" + part + "_norm.weight",
                                    theirs + "self_attn." + part + "_norm.weight");
                        }
                    }
                }
                assertThat(file.shapes.keySet()).isEqualTo(names.keySet());
                names.forEach((ours, theirs) -> compare(file, ours, floats(stored, theirs), 0));
            }
            assertThat(file.metadata)
                    .containsEntry("general.architecture", architecture)
                    .containsEntry(architecture + ".attention.head_count_kv", 2L)
                    .containsEntry(architecture + ".attention.key_length", (long) spec.headSize())
                    .containsEntry(architecture + ".block_count", 2L)
                    .doesNotContainKey("llama.block_count");
        }
    }

    /** Special tokens control a model and are not text; other added tokens are text that is never split. */
    @Test
    void addedTokensAreOfTheTypeThatTheyAre() throws Exception {
        Tokenizer tokenizer = changed(root -> ((ArrayNode) root.path("added_tokens"))
                .add(Json.tree("{\"id\": 262, \"content\": \"    \", \"normalized\": false, \"special\": false}"))
                .add(Json.tree("{\"id\": 263, \"content\": \"<tag>\", \"normalized\": true}")));
        assertThat(tokenizer.vocabSize()).isEqualTo(264);
        ModelSpec spec = Tiny.spec("llama", VOCABULARY);
        Path file = folder.resolve("added.gguf");
        try (LanguageModel model = LanguageModel.build(spec, 3)) {
            GgufModel.write(file, "tiny", spec, model.parameters(), tokenizer, GgufType.F32);
        }
        Map<String, Object> metadata = Gguf.read(file).metadata;
        List<?> tokens = (List<?>) Objects.requireNonNull(metadata.get("tokenizer.ggml.tokens"));
        List<?> types = (List<?>) Objects.requireNonNull(metadata.get("tokenizer.ggml.token_type"));
        assertThat(tokens.get(262)).isEqualTo("    ");
        assertThat(tokens.get(263)).isEqualTo("<tag>");
        assertThat(tokens.get(0)).isEqualTo("<|endoftext|>");
        assertThat(List.of(types.get(262), types.get(263), types.get(0), types.get(5), types.get(264)))
                .isEqualTo(List.of(4L, 4L, 3L, 1L, 5L));
    }

    @Test
    void whatLlamaCppDoesNotHaveIsRefusedWithTheReason() {
        assertRefused(Tiny.spec("gpt2", VOCABULARY), tokenizer(), "norm is not rms_norm", "it has biases");
        assertRefused(
                Tiny.spec("llama", VOCABULARY, "moe: {num_experts: 3, num_experts_per_tok: 2, norm_topk_prob: false}"),
                tokenizer(),
                "moe.norm_topk_prob is false");
        assertRefused(
                Tiny.spec("llama", VOCABULARY, MIXTURE.replace("}", ", decoder_sparse_step: 2}")),
                tokenizer(),
                "some layers are dense");
        assertRefused(Tiny.spec("llama", VOCABULARY, "qk_norm: projection"), tokenizer(), "qk_norm is projection");
        assertRefused(
                Tiny.spec("llama", VOCABULARY, "sliding_window: 4", MIXTURE),
                tokenizer(),
                "sliding_window is 4 (its llama has none)");
        assertRefused(
                Tiny.spec("llama", VOCABULARY, "bias: true"),
                tokenizer(),
                "it has biases outside its attention",
                "attention_bias is all (its llama has none)");
        assertRefused(
                Tiny.spec("llama", VOCABULARY, "qk_norm: head", "attention_bias: qkv"),
                tokenizer(),
                "attention_bias is qkv (its qwen3 has none)");
        assertRefused(
                Tiny.spec("llama", VOCABULARY, "head_dim: 10", "attention_bias: qkv"),
                tokenizer(),
                "head_dim is not hidden_size / num_attention_heads (its qwen2 has that)");
        assertRefused(
                Tiny.spec("llama", VOCABULARY, "qk_norm: head", MIXTURE),
                tokenizer(),
                "it has experts (its qwen3 has none)");
        assertRefused(
                Tiny.spec("llama", VOCABULARY),
                changed(root -> ((ObjectNode) root.path("model")).put("ignore_merges", true)),
                "a tokenizer with ignore_merges: true cannot be written as GGUF");
        assertRefused(Tiny.spec("llama", VOCABULARY), CharTokenizer.of("abc", true), "kind char");
        assertRefused(Tiny.spec("llama", VOCABULARY), new ByteTokenizer(false), "data.document_separator: true");
    }

    private void assertRefused(ModelSpec spec, Tokenizer tokenizer, String... parts) {
        Path file = folder.resolve("refused.gguf");
        try (LanguageModel model = LanguageModel.build(spec, 3)) {
            assertThatThrownBy(() -> GgufModel.write(file, "tiny", spec, model.parameters(), tokenizer, GgufType.F32))
                    .isInstanceOfSatisfying(
                            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                    .hasMessageContainingAll(parts);
        }
        assertThat(file).doesNotExist();
    }

    /** llama.cpp begins and ends texts as the model's own files specify. */
    @Test
    void specialTokensAreTheModels() throws Exception {
        Path file = folder.resolve("model.gguf");
        ModelSpec spec = Tiny.spec("llama", WIDE, VOCABULARY);
        SpecialTokens special = new SpecialTokens(List.of(5, 6), List.of(7), 0, SpecialTokens.Published.none());
        try (LanguageModel model = LanguageModel.build(spec, 3)) {
            GgufModel.write(file, "tiny", spec, model.parameters(), tokenizer(), special, GgufType.F32);
            SpecialTokens two = new SpecialTokens(List.of(5), List.of(7, 8), 0, SpecialTokens.Published.none());
            assertThatThrownBy(() ->
                            GgufModel.write(file, "tiny", spec, model.parameters(), tokenizer(), two, GgufType.F32))
                    .hasMessageContaining("begin with the tokens [7, 8], but llama.cpp adds only one");
        }
        assertThat(Gguf.read(file).metadata)
                .containsEntry("tokenizer.ggml.eos_token_id", 5L)
                .containsEntry("tokenizer.ggml.eot_token_id", 6L)
                .containsEntry("tokenizer.ggml.bos_token_id", 7L)
                .containsEntry("tokenizer.ggml.add_bos_token", true);
        assertThat(write(spec, GgufType.F32).metadata)
                .containsEntry("tokenizer.ggml.eos_token_id", 0L)
                .containsEntry("tokenizer.ggml.bos_token_id", 0L)
                .containsEntry("tokenizer.ggml.add_bos_token", false)
                .doesNotContainKey("tokenizer.ggml.eot_token_id");
    }

    /** The content of a file. */
    private static final class Gguf {
        private final ByteBuffer bytes;
        final Map<String, Object> metadata = new HashMap<>();
        final Map<String, List<Long>> shapes = new HashMap<>();
        final Map<String, Integer> types = new HashMap<>();
        final Map<String, float[]> values = new HashMap<>();

        private Gguf(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        static Gguf read(Path path) throws Exception {
            Gguf file = new Gguf(ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN));
            file.parse();
            return file;
        }

        private void parse() {
            assertThat(bytes.getInt()).isEqualTo(0x46554747);
            assertThat(bytes.getInt()).isEqualTo(3);
            long tensors = bytes.getLong();
            long keys = bytes.getLong();
            for (long i = 0; i < keys; i++) {
                metadata.put(string(), value(bytes.getInt()));
            }
            Map<String, Long> offsets = new HashMap<>();
            for (long i = 0; i < tensors; i++) {
                String name = string();
                List<Long> shape = new ArrayList<>();
                int dimensions = bytes.getInt();
                for (int d = 0; d < dimensions; d++) {
                    shape.add(bytes.getLong());
                }
                shapes.put(name, shape);
                types.put(name, bytes.getInt());
                offsets.put(name, bytes.getLong());
            }
            int data = (bytes.position() + 31) / 32 * 32;
            offsets.forEach((name, offset) -> {
                assertThat(offset % 32).isZero();
                int count = (int) shapes.getOrDefault(name, List.of()).stream()
                        .mapToLong(n -> n)
                        .reduce(1, (a, b) -> a * b);
                bytes.position((int) (data + offset));
                values.put(name, floats(types.getOrDefault(name, -1), count));
            });
        }

        float[] values(String name) {
            return Objects.requireNonNull(values.get(name), name);
        }

        private float[] floats(int type, int count) {
            float[] floats = new float[count];
            float scale = 0;
            for (int i = 0; i < count; i++) {
                if (type == 8 && i % 32 == 0) {
                    scale = Float.float16ToFloat(bytes.getShort());
                }
                floats[i] = switch (type) {
                    case 0 -> bytes.getFloat();
                    case 1 -> Float.float16ToFloat(bytes.getShort());
                    default -> scale * bytes.get();
                };
            }
            return floats;
        }

        private String string() {
            byte[] text = new byte[(int) bytes.getLong()];
            bytes.get(text);
            return new String(text, StandardCharsets.UTF_8);
        }

        private Object value(int type) {
            return switch (type) {
                case 4, 5 -> (long) bytes.getInt();
                case 6 -> bytes.getFloat();
                case 7 -> bytes.get() == 1;
                case 8 -> string();
                default -> {
                    int element = bytes.getInt();
                    long size = bytes.getLong();
                    List<Object> list = new ArrayList<>();
                    for (long i = 0; i < size; i++) {
                        list.add(value(element));
                    }
                    yield list;
                }
            };
        }
    }
}
