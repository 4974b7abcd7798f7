package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.base.IoFailures;
import dev.mojave.base.Json;
import dev.mojave.base.Suggest;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The weights in a folder, mapped and read tensor by tensor: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} names, or {@code weights.safetensors}. Shards are plain files of the folder: an index that names another
 * place is refused, and so is a link out of the folder. Pickles are never opened.
 */
final class WeightFiles implements StoredTensors, AutoCloseable {
    private static final String INDEX = "model.safetensors.index.json";
    private static final List<String> SINGLE = List.of("model.safetensors", "weights.safetensors");

    private final Path source;
    private final List<SafetensorsFile> files;
    private final Map<String, SafetensorsFile> fileOfTensor;

    private WeightFiles(Path source, List<SafetensorsFile> files, Map<String, SafetensorsFile> fileOfTensor) {
        this.source = source;
        this.files = files;
        this.fileOfTensor = fileOfTensor;
    }

    /**
     * Opens what a folder has.
     *
     * @throws Failure of kind DATA if there is nothing that can be read, or it is not what the index says
     */
    static WeightFiles open(Path folder) {
        for (String name : SINGLE) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return single(folder.resolve(name));
            }
        }
        if (Files.isRegularFile(folder.resolve(INDEX))) {
            return sharded(folder, folder.resolve(INDEX));
        }
        throw missing(folder);
    }

    private static WeightFiles single(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        Map<String, SafetensorsFile> tensors = new TreeMap<>();
        file.entries().forEach(entry -> tensors.put(entry.name(), file));
        return new WeightFiles(path, List.of(file), tensors);
    }

    private static WeightFiles sharded(Path folder, Path index) {
        JsonNode map = Json.read(index, ObjectNode.class).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw Failure.data("%s has no weight_map that says which file holds which tensor", index);
        }
        Map<String, SafetensorsFile> open = new TreeMap<>();
        Map<String, SafetensorsFile> tensors = new TreeMap<>();
        try {
            for (Map.Entry<String, JsonNode> entry : map.properties()) {
                if (!entry.getValue().isString()) {
                    throw Failure.data("%s: weight_map.%s is not the name of a file", index, entry.getKey());
                }
                String name = entry.getValue().stringValue();
                SafetensorsFile file = open.get(name);
                if (file == null) {
                    file = SafetensorsFile.open(shard(folder, index, name));
                    open.put(name, file);
                }
                if (!file.contains(entry.getKey())) {
                    throw Failure.data("%s: %s is to hold tensor '%s' and does not", index, name, entry.getKey());
                }
                tensors.put(entry.getKey(), file);
            }
            requireComplete(index, open, tensors);
            return new WeightFiles(index, List.copyOf(open.values()), tensors);
        } catch (RuntimeException e) {
            open.values().forEach(SafetensorsFile::close);
            throw e;
        }
    }

    private static void requireComplete(
            Path index, Map<String, SafetensorsFile> open, Map<String, SafetensorsFile> tensors) {
        open.forEach((name, file) -> file.entries().forEach(entry -> {
            if (tensors.get(entry.name()) != file) {
                throw Failure.data("%s does not say that %s holds tensor '%s'", index, name, entry.name());
            }
        }));
    }

    /** The file of a shard, which must lie in the folder itself, also when links are followed. */
    private static Path shard(Path folder, Path index, String name) {
        boolean plain = name.matches("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors");
        if (!plain) {
            throw Failure.data(
                    "%s names the file '%s'; a shard is a .safetensors file in the same folder, without a path",
                    index, name);
        }
        Path file = folder.resolve(name);
        try {
            if (!Files.exists(file)) {
                throw Failure.data("%s names %s, which is not there", index, name);
            }
            if (!file.toRealPath().startsWith(folder.toRealPath())) {
                throw Failure.data(
                        "%s names %s, which is a link to %s outside the folder; put the file itself there (cp -L)",
                        index, name, file.toRealPath());
            }
            return file;
        } catch (IOException e) {
            throw IoFailures.of("read the weights", file, e);
        }
    }

    private static Failure missing(Path folder) {
        List<String> pickles = new ArrayList<>();
        try (Stream<Path> content = Files.list(folder)) {
            content.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.matches(".*\\.(bin|pt|pth|ckpt|pkl)"))
                    .sorted()
                    .forEach(pickles::add);
        } catch (IOException e) {
            return IoFailures.of("read the model", folder, e);
        }
        if (pickles.isEmpty()) {
            return Failure.data("%s has no weights: neither %s nor %s is there", folder, SINGLE.getFirst(), INDEX);
        }
        return Failure.data(
                "%s has its weights in %s, a pickle, which can run code when it is read; Mojave reads safetensors alone."
                        + " Convert it where you trust it, in Python: AutoModelForCausalLM.from_pretrained(\"%s\")"
                        + ".save_pretrained(\"NEW_FOLDER\")",
                folder, pickles.getFirst(), folder);
    }

    @Override
    public String source() {
        return source.toString();
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(new TreeSet<>(fileOfTensor.keySet()));
    }

    @Override
    public long[] shape(String name) {
        return entry(name).shape();
    }

    @Override
    public DType dtype(String name) {
        return StoredTensors.of(file(name)).dtype(name);
    }

    @Override
    public Tensor tensor(String name) {
        return StoredTensors.tensor(entry(name));
    }

    private SafeEntry entry(String name) {
        return file(name).entry(name);
    }

    private SafetensorsFile file(String name) {
        SafetensorsFile file = fileOfTensor.get(name);
        if (file == null) {
            throw Failure.data(
                    "%s has no tensor '%s'%s", source, name, Suggest.didYouMean(name, fileOfTensor.keySet()));
        }
        return file;
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }
}
