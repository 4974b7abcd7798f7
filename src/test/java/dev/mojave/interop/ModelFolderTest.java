package dev.mojave.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.interop.hf.HfConfig;
import dev.mojave.interop.hf.HfFamily;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.interop.safetensors.SafetensorsWriter;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ModelFolderTest {
    @TempDir
    Path temporary;

    private static final Map<String, Double> NO_SPACE = new AbstractMap<>() {
        @Override
        public Set<Map.Entry<String, Double>> entrySet() {
            throw new IllegalStateException("no space");
        }
    };

    private static ModelCard card() {
        return new ModelCard("tiny", "mit", "none", "none", Map.of("val/loss", 2.5), "name: tiny\n", "a test");
    }

    private Path write(ModelSpec spec, ModelWriter.Format format, long shardBytes) {
        Path folder = temporary.resolve("m" + System.nanoTime());
        try (LanguageModel model = Tiny.randomised(spec, 3)) {
            new ModelWriter(folder, format, "", shardBytes).write(model, Optional.empty(), card());
        }
        return folder;
    }

    private static void assertReadBack(Path folder, ModelSpec spec) {
        try (ModelFolder read = ModelFolder.open(folder);
                LanguageModel model = Tiny.randomised(spec, 3);
                LanguageModel loaded = read.load()) {
            for (int i = 0; i < model.parameters().size(); i++) {
                assertThat(loaded.parameters().get(i).value().toFloats())
                        .as(model.parameters().get(i).name())
                        .isEqualTo(model.parameters().get(i).value().toFloats());
            }
        }
    }

    @Test
    void everyModelComesBackBitForBit() {
        for (ModelSpec spec : Tiny.published()) {
            Path own = write(spec, ModelWriter.Format.MOJAVE, Long.MAX_VALUE);
            assertReadBack(own, spec);
            try (ModelFolder read = ModelFolder.open(own)) {
                assertThat(read.spec()).isEqualTo(spec);
            }
            if (HfFamily.of(spec, "").isPresent()) {
                Path hf = write(spec, ModelWriter.Format.HF, Long.MAX_VALUE);
                assertReadBack(hf, spec);
                assertThat(Json.read(hf.resolve("config.json"), ObjectNode.class)
                                .has("mojave"))
                        .isFalse();
            }
        }
    }

    /** An export that cannot be finished leaves nothing, whether its folder is new or an existing empty one. */
    @Test
    void aFailedExportLeavesNothing() throws IOException {
        ModelSpec spec = Tiny.spec("llama", "vocab_size: 300");
        Path empty = Files.createDirectory(temporary.resolve("empty"));
        Path parent = temporary.resolve("new");
        // The metrics are read after the weights are written, and throw as a full disk would.
        ModelCard failing = new ModelCard("tiny", "mit", "none", "none", NO_SPACE, "", "a test");
        try (LanguageModel model = Tiny.randomised(spec, 3)) {
            for (Path folder : List.of(empty, parent.resolve("deep/model"))) {
                assertThatThrownBy(() -> new ModelWriter(folder, ModelWriter.Format.MOJAVE, "")
                                .write(model, Optional.of(new ByteTokenizer(true)), failing))
                        .hasMessage("no space");
            }
            assertThat(empty).isEmptyDirectory();
            assertThat(parent).doesNotExist();
            new ModelWriter(empty, ModelWriter.Format.MOJAVE, "").write(model, Optional.empty(), card());
        }
        assertReadBack(empty, spec);
    }

    @Test
    void largeModelsAreSplitIntoShards() throws IOException {
        ModelSpec spec = Tiny.spec("llama");
        Path folder = write(spec, ModelWriter.Format.HF, 10_000);
        assertReadBack(folder, spec);
        JsonNode index = Json.read(folder.resolve("model.safetensors.index.json"), ObjectNode.class);
        long total = index.path("metadata").path("total_size").longValue();
        assertThat(total).isEqualTo(4 * spec.counts().total());
        assertThat(new TreeSet<>(index.path("weight_map")
                        .valueStream()
                        .map(JsonNode::stringValue)
                        .toList()))
                .hasSizeGreaterThan(3)
                .allSatisfy(name -> assertThat(folder.resolve(name)).exists());
        try (ModelFolder read = ModelFolder.open(folder)) {
            assertThat(read.weights().source()).endsWith("model.safetensors.index.json");
        }
    }

    @Test
    void theFolderSaysWhereTheModelComesFrom() throws IOException {
        Path folder = write(Tiny.spec("llama"), ModelWriter.Format.HF, Long.MAX_VALUE);
        assertThat(folder.resolve("README.md"))
                .content()
                .contains(
                        "license: mit",
                        "library_name: transformers",
                        "| val/loss | 2.5",
                        "name: tiny",
                        "AutoModelForCausalLM");
        assertThat(folder.resolve("README.md")).content().doesNotContain("causal router");
        Path other = write(
                Tiny.spec(
                        "gpt2",
                        "moe: {num_experts: 2, num_experts_per_tok: 1, router: expert_choice, norm_topk_prob: false}"),
                ModelWriter.Format.MOJAVE,
                Long.MAX_VALUE);
        assertThat(other.resolve("README.md"))
                .content()
                .contains("**Router expert_choice is not causal", "library_name: mojave", "./mojave import");
        assertThatThrownBy(() -> write(Tiny.spec("gpt2", "position_embedding: sinusoidal"), ModelWriter.Format.HF, 1))
                .hasMessageContaining(
                        "position_embedding is sinusoidal (gpt2 has learned); export it with --format mojave");
        try (LanguageModel model = LanguageModel.build(Tiny.spec("gpt2"), 1)) {
            assertThatThrownBy(() ->
                            new ModelWriter(folder, ModelWriter.Format.HF, "").write(model, Optional.empty(), card()))
                    .hasMessage(folder + " is not empty; choose a new or empty folder for the model");
            assertThatThrownBy(() -> new ModelWriter(folder.resolve("README.md"), ModelWriter.Format.HF, "")
                            .write(model, Optional.empty(), card()))
                    .hasMessageEndingWith("is a file; choose a new or empty folder for the model");
        }
    }

    @Test
    void theTokenizerTravelsAndMustFit() throws IOException {
        Tokenizer tokenizer = new ByteTokenizer(true);
        for (ModelWriter.Format format : ModelWriter.Format.values()) {
            Path folder = temporary.resolve("tokens-" + format);
            try (LanguageModel model = LanguageModel.build(Tiny.spec("gpt2", "vocab_size: 260"), 1)) {
                new ModelWriter(folder, format, "").write(model, Optional.of(tokenizer), card());
            }
            try (ModelFolder read = ModelFolder.open(folder)) {
                Tokenizer back = read.tokenizer().orElseThrow();
                assertThat(back.encode("Caf\u00e9 \ud83d\ude00\n"))
                        .isEqualTo(tokenizer.encode("Caf\u00e9 \ud83d\ude00\n"));
                assertThat(back.endOfText()).isEqualTo(tokenizer.endOfText());
                assertThat(read.config().path("eos_token_id").intValue()).isEqualTo(256);
            }
            assertThat(Json.read(folder.resolve("generation_config.json"), ObjectNode.class)
                            .path("eos_token_id")
                            .intValue())
                    .isEqualTo(256);
        }
        JsonNode settings = Json.read(temporary.resolve("tokens-HF/tokenizer_config.json"), ObjectNode.class);
        assertThat(settings.path("eos_token").stringValue()).isEqualTo("<|endoftext|>");
        Path small = write(Tiny.spec("gpt2"), ModelWriter.Format.HF, Long.MAX_VALUE);
        Files.writeString(small.resolve("tokenizer.json"), tokenizer.toJson());
        try (ModelFolder read = ModelFolder.open(small)) {
            assertThatThrownBy(read::tokenizer)
                    .hasMessage(small.resolve("tokenizer.json") + " has 257 tokens, but vocab_size in "
                            + small.resolve("config.json") + " is 61; they belong to different models");
        }
    }

    private Path withIndex(String shard) throws IOException {
        Path folder = write(Tiny.spec("llama"), ModelWriter.Format.HF, Long.MAX_VALUE);
        Files.move(folder.resolve("model.safetensors"), folder.resolve("part.safetensors"));
        Files.copy(folder.resolve("part.safetensors"), temporary.resolve("outside.safetensors"));
        Files.createSymbolicLink(folder.resolve("link.safetensors"), temporary.resolve("outside.safetensors"));
        ObjectNode index = (ObjectNode) Json.tree("{\"weight_map\": {}}");
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("part.safetensors"))) {
            file.entries().forEach(entry -> ((ObjectNode) index.path("weight_map")).put(entry.name(), shard));
        }
        Files.writeString(folder.resolve("model.safetensors.index.json"), index.toString());
        return folder;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "../outside.safetensors | names the file '../outside.safetensors'; a shard is a .safetensors file in the same folder, without a path",
                "/etc/passwd            | names the file '/etc/passwd'; a shard is",
                "a/../part.safetensors  | names the file 'a/../part.safetensors'; a shard is",
                "..                     | names the file '..'; a shard is",
                "model.bin              | names the file 'model.bin'; a shard is",
                "C:\\part.safetensors | names the file 'C:\\part.safetensors'; a shard is",
                "none.safetensors       | names none.safetensors, which does not exist",
                "link.safetensors       | names link.safetensors, which is a link to",
                ".part.safetensors      | names the file '.part.safetensors'; a shard is",
            })
    void anIndexNamesFilesOfItsOwnFolderAlone(String shard, String message) throws IOException {
        Path folder = withIndex(shard);
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageStartingWith(folder.resolve("model.safetensors.index.json") + " " + message);
    }

    @Test
    void anIndexMustBeWhatTheShardsAre() throws IOException {
        Path folder = withIndex("part.safetensors");
        assertReadBack(folder, Tiny.spec("llama"));
        Path index = folder.resolve("model.safetensors.index.json");
        ObjectNode tree = Json.read(index, ObjectNode.class);
        ((ObjectNode) tree.path("weight_map")).remove("lm_head.weight");
        Files.writeString(index, tree.toString());
        assertReadBack(folder, Tiny.spec("llama"));
        Files.copy(folder.resolve("part.safetensors"), folder.resolve("2 part.safetensors"));
        ((ObjectNode) tree.path("weight_map")).put("model.norm.weight", "2 part.safetensors");
        Files.writeString(index, tree.toString());
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .hasMessage(
                        index
                                + ": both 2 part.safetensors and part.safetensors contain tensor 'lm_head.weight', and the index does not assign it to one of them");
        ((ObjectNode) tree.path("weight_map")).put("lm_head.weight", "part.safetensors");
        Files.writeString(index, tree.toString());
        assertReadBack(folder, Tiny.spec("llama"));
        ((ObjectNode) tree.path("weight_map")).put("x", "part.safetensors");
        Files.writeString(index, tree.toString());
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .hasMessage(index + ": part.safetensors does not contain tensor 'x'");
        ((ObjectNode) tree.path("weight_map")).put("x", 3);
        Files.writeString(index, tree.toString());
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .hasMessageContaining("weight_map.x is not the name of a file");
        Files.writeString(index, "{}");
        assertThatThrownBy(() -> ModelFolder.open(folder)).hasMessageContaining("has no weight_map");
        Files.writeString(index, "{\"weight_map\": {\"a\": \"b\", \"a\": \"c\"}}");
        assertThatThrownBy(() -> ModelFolder.open(folder)).hasMessageContaining("names the file 'c'");
    }

    /** Buffers may be in the index, in the files or in both, under any of their names. */
    @Test
    void anIndexMayNameBuffers() throws IOException {
        ModelSpec spec = Tiny.spec("llama");
        Path folder = withIndex("part.safetensors");
        Path index = folder.resolve("model.safetensors.index.json");
        ObjectNode tree = Json.read(index, ObjectNode.class);
        for (String buffer : List.of(
                "model.layers.0.self_attn.rotary_emb.inv_freq",
                "model.layers.1.self_attn.rotary_emb.cos_cached",
                "model.rotary_emb.original_inv_freq",
                "rotary_emb.inv_freq",
                "model.layers.0.attn.masked_bias",
                "position_ids")) {
            ((ObjectNode) tree.path("weight_map")).put(buffer, "part.safetensors");
        }
        Files.writeString(index, tree.toString());
        assertReadBack(folder, spec);
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> tensors = stored(spec);
            tensors.put("model.layers.0.self_attn.rotary_emb.inv_freq", Tensors.scalar(1));
            tensors.put("rotary_emb.inv_freq", Tensors.ones(DType.INT64, 2));
            tensors.put("model.layers.1.attn.bias", Tensors.ones(DType.BOOL, 1, 1, 16, 16));
            Files.delete(folder.resolve("part.safetensors"));
            SafetensorsWriter.write(folder.resolve("part.safetensors"), Weights.entries(tensors), Map.of("x", "y"));
        }
        assertReadBack(folder, spec);
    }

    /** The layout of huggingface_hub's cache: the files of a snapshot are links to the repository's blobs. */
    private Path cached(Path repository) throws IOException {
        Path folder = withIndex("part.safetensors");
        Files.delete(folder.resolve("link.safetensors"));
        Path blobs = Files.createDirectories(repository.resolve("blobs"));
        Path snapshot = Files.createDirectories(repository.resolve("snapshots/abc"));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String hash = "0" + file.getFileName().toString().length();
                Files.move(file, blobs.resolve(hash));
                Files.createSymbolicLink(snapshot.resolve(file.getFileName()), Path.of("../../blobs", hash));
            }
        }
        return snapshot;
    }

    @Test
    void aSnapshotInHuggingFacesCacheIsRead() throws IOException {
        ModelSpec spec = Tiny.spec("llama");
        Path repository = temporary.resolve("models--a--b");
        assertReadBack(cached(repository), spec);
        // After a move, and through a link that the user made.
        Path moved = Files.move(repository, temporary.resolve("elsewhere"));
        assertReadBack(moved.resolve("snapshots/abc"), spec);
        Path link = Files.createSymbolicLink(temporary.resolve("mine"), moved.resolve("snapshots/abc"));
        assertReadBack(link, spec);
        // A snapshot may not use the blobs of another repository, and a blob may not be a link to the outside.
        Path other = temporary.resolve("models--c--d/blobs");
        Files.createDirectories(other);
        Path shard = moved.resolve("snapshots/abc/part.safetensors");
        Path blob = shard.toRealPath();
        Files.move(blob, other.resolve("x"));
        Files.createSymbolicLink(blob, other.resolve("x"));
        assertThatThrownBy(() -> ModelFolder.open(link))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageEndingWith("names part.safetensors, which is a link to "
                        + other.resolve("x").toRealPath() + " outside the folder; put the file itself there (cp -L)");
    }

    @Test
    void aLinkToNothingIsSaid() throws IOException {
        Path snapshot = cached(temporary.resolve("models--a--b"));
        Path blobs = temporary.resolve("models--a--b/blobs");
        String nothing = ", which does not exist; was the cache moved or cleaned?)";
        Files.delete(snapshot.resolve("part.safetensors").toRealPath());
        assertThatThrownBy(() -> ModelFolder.open(snapshot))
                .hasMessageEndingWith(
                        "names part.safetensors, which does not exist (a link to ../../blobs/016" + nothing);
        Files.delete(blobs.resolve("028"));
        assertThatThrownBy(() -> ModelFolder.open(snapshot))
                .hasMessageEndingWith(
                        "nor model.safetensors.index.json (a link to ../../blobs/028" + nothing + " exists");
        Files.delete(blobs.resolve("011"));
        assertThatThrownBy(() -> ModelFolder.open(snapshot))
                .hasMessage(snapshot + " is not a model: it has no config.json (a link to ../../blobs/011" + nothing);
    }

    /** Python's json module writes NaN and Infinity, here in settings that are not read. */
    @Test
    void aConfigMayHoldWhatPythonWrites() throws IOException {
        ModelSpec spec = Tiny.spec("llama");
        Path folder = write(spec, ModelWriter.Format.HF, Long.MAX_VALUE);
        String config = Files.readString(folder.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replaceFirst("\\{", "{\"x\": NaN, \"y\": [Infinity, -Infinity], \"vocab_size\": 3,"));
        assertReadBack(folder, spec);
        Files.writeString(
                folder.resolve("config.json"),
                config.replaceFirst("\"rms_norm_eps\" : [^,]*", "\"rms_norm_eps\": NaN"));
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .hasMessageContaining("rms_norm_eps is NaN; it must be a finite number");
        Files.writeString(folder.resolve("config.json"), "{\"x\": Nan}");
        assertThatThrownBy(() -> ModelFolder.open(folder)).hasMessageContaining("config.json: line 1, column ");
    }

    @Test
    void picklesAreNeverOpened() throws IOException {
        Path folder = write(Tiny.spec("llama"), ModelWriter.Format.HF, Long.MAX_VALUE);
        Files.delete(folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .hasMessage(
                        folder + " has no weights: neither model.safetensors nor model.safetensors.index.json exists");
        Files.writeString(folder.resolve("pytorch_model.bin"), "x");
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContaining("in pytorch_model.bin, a pickle, which can run code")
                .hasMessageContaining("AutoModelForCausalLM.from_pretrained(\"" + folder + "\").save_pretrained(");
    }

    @Test
    void whatIsNoModelIsSaid() throws IOException {
        assertThatThrownBy(() -> ModelFolder.open(temporary.resolve("none")))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageEndingWith("is not a model folder: there is no such folder");
        assertThatThrownBy(() -> ModelFolder.open(temporary))
                .hasMessage(temporary + " is not a model: it has no config.json");
        Path folder = write(Tiny.spec("llama"), ModelWriter.Format.HF, Long.MAX_VALUE);
        try (FileChannel file = FileChannel.open(folder.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 100);
        }
        assertThatThrownBy(() -> ModelFolder.open(folder)).hasMessageContaining("model.safetensors is truncated");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": ");
        assertThatThrownBy(() -> ModelFolder.open(folder)).hasMessageContaining("config.json: line 1, column ");
        for (String other : List.of("null", "[1]")) {
            Files.writeString(folder.resolve("config.json"), other);
            assertThatThrownBy(() -> ModelFolder.open(folder))
                    .isInstanceOfSatisfying(
                            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                    .hasMessageContaining("config.json must contain one JSON object, but contains ");
        }
        Files.writeString(folder.resolve("config.json"), "");
        assertThatThrownBy(() -> ModelFolder.open(folder)).hasMessageContaining("config.json is empty");
    }

    @Test
    void aConfigThatAsksForFarMoreThanThereIsTakesNoMemory() throws IOException {
        Path folder = write(Tiny.spec("llama"), ModelWriter.Format.HF, Long.MAX_VALUE);
        ObjectNode config = Json.read(folder.resolve("config.json"), ObjectNode.class);
        Files.writeString(
                folder.resolve("config.json"),
                config.deepCopy().put("vocab_size", 2_000_000_000).toString());
        try (ModelFolder read = ModelFolder.open(folder)) {
            assertThatThrownBy(read::load)
                    .hasMessageContaining("the weight files contain")
                    .hasMessageContaining("they belong to different models");
        }
        Files.writeString(
                folder.resolve("config.json"),
                config.deepCopy().put("max_position_embeddings", 2_000_000_000).toString());
        try (ModelFolder read = ModelFolder.open(folder)) {
            assertThatThrownBy(read::load).hasMessageContaining("max_position_embeddings (2,000,000,000) requires");
        }
        Files.write(folder.resolve("config.json"), new byte[] {'{', '"', (byte) 0xff, '"', '}'});
        assertThatThrownBy(() -> ModelFolder.open(folder)).hasMessageEndingWith("config.json is not UTF-8 text");
    }

    private Map<String, Tensor> stored(ModelSpec spec) {
        try (LanguageModel model = Tiny.randomised(spec, 3)) {
            Map<String, Tensor> copies = new LinkedHashMap<>();
            WeightNames.toStored(spec, model.parameters()).forEach((name, tensor) -> copies.put(name, tensor.copy()));
            return copies;
        }
    }

    private Path published(ModelSpec spec, Map<String, Tensor> tensors) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("p" + System.nanoTime()));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Weights.entries(tensors), Map.of());
        Files.writeString(
                folder.resolve("config.json"),
                HfConfig.writeForHuggingFace(spec, "").toString());
        return folder;
    }

    /** Like the first files of GPT-2: without the prefix, and with causal masks. */
    @Test
    void bodiesWithoutHeadAndBuffersAreRead() throws IOException {
        ModelSpec spec = Tiny.spec("gpt2");
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            stored(spec).forEach((name, tensor) -> tensors.put(name.substring("transformer.".length()), tensor));
            tensors.put("h.0.attn.bias", Tensors.ones(DType.BOOL, 1, 1, 16, 16));
            tensors.put("h.0.attn.masked_bias", Tensors.scalar(-1e4));
            assertReadBack(published(spec, tensors), spec);
        }
    }

    @Test
    void aTiedHeadMayBeStoredIfItIsTheEmbedding() throws IOException {
        ModelSpec spec = Tiny.spec("llama", "tie_word_embeddings: true");
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> tensors = stored(spec);
            Tensor embedding = tensors.getOrDefault("model.embed_tokens.weight", Tensors.scalar(0));
            tensors.put("lm_head.weight", embedding.copy());
            tensors.put("model.layers.0.self_attn.rotary_emb.inv_freq", Tensors.scalar(1));
            assertReadBack(published(spec, tensors), spec);
            // Some programs leave out one of two tensors that share memory, and it may be either.
            tensors.remove("model.embed_tokens.weight");
            assertReadBack(published(spec, tensors), spec);
            tensors.put("model.embed_tokens.weight", embedding.copy());
            tensors.put("lm_head.weight", embedding.add(1e-3));
            Path folder = published(spec, tensors);
            try (ModelFolder read = ModelFolder.open(folder)) {
                assertThatThrownBy(read::load)
                        .hasMessageEndingWith(
                                "differs from the embedding, but config.json sets tie_word_embeddings; set it to false");
            }
        }
    }

    /** Weights may be published in half precision, in mixed types, and in shards of any order. */
    @Test
    void anyFloatTypeIsRead() throws IOException {
        ModelSpec spec = Tiny.spec("llama");
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> tensors = stored(spec);
            List<DType> types = List.of(DType.BFLOAT16, DType.FLOAT16, DType.FLOAT64, DType.FLOAT32);
            int index = 0;
            for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
                entry.setValue(entry.getValue().to(types.get(index++ % 4)));
            }
            try (ModelFolder read = ModelFolder.open(published(spec, tensors));
                    LanguageModel loaded = read.load()) {
                Map<String, Tensor> back = WeightNames.toStored(spec, loaded.parameters());
                tensors.forEach((name, tensor) -> assertThat(
                                back.getOrDefault(name, Tensors.scalar(0)).toFloats())
                        .as(name)
                        .isEqualTo(tensor.to(DType.FLOAT32).toFloats()));
            }
        }
    }

    /** Experts as the modules of transformers keep them in memory: (E, 2I, D), gate first, and (E, D, I). */
    @Test
    void expertsInOneTensorAreTakenApart() throws IOException {
        for (ModelSpec spec : List.of(Tiny.published().get(1), Tiny.published().get(3))) {
            try (Scope _ = Scope.open();
                    LanguageModel model = Tiny.randomised(spec, 3)) {
                Map<String, Tensor> tensors = stored(spec);
                tensors.keySet().removeIf(name -> name.contains(".experts."));
                Map<String, Tensor> renamed = new LinkedHashMap<>();
                tensors.forEach((name, tensor) -> renamed.put(name.replace("block_sparse_moe.", "mlp."), tensor));
                model.parameters().stream()
                        .filter(p -> p.name().contains(".experts."))
                        .forEach(p -> renamed.put(
                                "model."
                                        + p.name()
                                                .replace("moe.experts.input.weight", "mlp.experts.gate_up_proj")
                                                .replace("moe.experts.output.weight", "mlp.experts.down_proj"),
                                p.value().detach()));
                assertReadBack(published(spec, renamed), spec);
            }
        }
    }
}
