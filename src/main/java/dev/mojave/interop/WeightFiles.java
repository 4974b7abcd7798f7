package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.tree.Json;
import dev.mojave.interop.safetensors.SafeEntry;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The weights in a folder, memory-mapped and read tensor by tensor: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} names, or {@code weights.safetensors}. An index must name plain files of the folder. These may be
 * links within the folder or, in Hugging Face's cache ({@code models--OWNER--NAME/snapshots/COMMIT}), links to {@code
 * ../../blobs/HASH}; other links are rejected. Pickles are never opened.
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
     * Opens the weights of a folder.
     *
     * @throws Failure of kind DATA if there are no readable weights, or they do not match the index
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
        JsonNode map = Json.readForeign(index).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw Failure.data("%s has no weight_map from tensors to files", index);
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
                if (file.contains(entry.getKey())) {
                    tensors.put(entry.getKey(), file);
                } else if (!PublishedTensors.isBuffer(entry.getKey())) {
                    // Indices of older converters name buffers that are not always stored.
                    throw Failure.data("%s: %s does not contain tensor '%s'", index, name, entry.getKey());
                }
            }
            addUnnamed(index, open, tensors);
            return new WeightFiles(index, List.copyOf(open.values()), tensors);
        } catch (RuntimeException e) {
            open.values().forEach(SafetensorsFile::close);
            throw e;
        }
    }

    /**
     * Adds tensors that the index does not mention. Each must be in only one shard, or else the index would have to specify which
     * one counts.
     */
    private static void addUnnamed(
            Path index, Map<String, SafetensorsFile> open, Map<String, SafetensorsFile> tensors) {
        Map<String, String> found = new TreeMap<>();
        open.forEach((name, file) -> file.entries().forEach(entry -> {
            String other = tensors.containsKey(entry.name()) ? null : found.put(entry.name(), name);
            if (other != null) {
                throw Failure.data(
                        "%s: both %s and %s contain tensor '%s', and the index does not assign it to one of them",
                        index, other, name, entry.name());
            }
        }));
        found.forEach((tensor, name) -> tensors.put(tensor, Objects.requireNonNull(open.get(name))));
    }

    /** Returns the file of a shard, which must be in the folder itself or in the cache to which the folder belongs. */
    private static Path shard(Path folder, Path index, String name) {
        boolean plain = name.endsWith(".safetensors")
                && !name.startsWith(".")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || Character.isISOControl(c));
        if (!plain) {
            throw Failure.data(
                    "%s names the file '%s'; a shard is a .safetensors file in the same folder, without a path",
                    index, name);
        }
        try {
            Path file = folder.resolve(name);
            if (!Files.exists(file)) {
                throw Failure.data("%s names %s, which does not exist%s", index, name, dangling(file));
            }
            Path real = file.toRealPath();
            if (!real.startsWith(folder.toRealPath()) && !isBlob(folder.toRealPath(), real)) {
                throw Failure.data(
                        "%s names %s, which is a link to %s outside the folder; put the file itself there (cp -L)",
                        index, name, real);
            }
            return file;
        } catch (IOException e) {
            throw IoFailures.of("read the weights", folder, e);
        }
    }

    /** Returns whether a file is a blob of the repository in Hugging Face's cache to which a snapshot belongs. */
    private static boolean isBlob(Path folder, Path file) throws IOException {
        for (Path at = folder; at != null && at.getParent() != null; at = at.getParent()) {
            Path blobs = at.getParent().resolve("blobs");
            if (at.endsWith("snapshots") && Files.isDirectory(blobs) && file.startsWith(blobs.toRealPath())) {
                return true;
            }
        }
        return false;
    }

    /** Returns a message about a missing file of a folder. */
    static String absent(Path folder, String name) {
        return "it has no " + name + dangling(folder.resolve(name));
    }

    private static String dangling(Path file) {
        try {
            return Files.isSymbolicLink(file)
                    ? " (a link to " + Files.readSymbolicLink(file)
                            + ", which does not exist; was the cache moved or cleaned?)"
                    : "";
        } catch (IOException e) {
            return ""; // the message already says that the file cannot be read
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
            return Failure.data(
                    "%s has no weights: neither %s%s nor %s%s exists",
                    folder,
                    SINGLE.getFirst(),
                    dangling(folder.resolve(SINGLE.getFirst())),
                    INDEX,
                    dangling(folder.resolve(INDEX)));
        }
        return Failure.data(
                "%s has its weights in %s, a pickle, which can run code when it is read; Mojave reads only safetensors."
                        + " If you trust it, convert it in Python: AutoModelForCausalLM.from_pretrained(\"%s\")"
                        + ".save_pretrained(\"NEW_FOLDER\")",
                folder, pickles.getFirst(), folder);
    }

    /** Returns the hash of the file, or of the hashes of all files in the order of their names. */
    String sha256() {
        try {
            StringBuilder hashes = new StringBuilder();
            for (SafetensorsFile file : files) {
                hashes.append(Hashes.sha256(file.file()));
            }
            return files.size() == 1 ? hashes.toString() : Hashes.sha256(hashes.toString());
        } catch (IOException e) {
            throw IoFailures.of("read the weights", source, e);
        }
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
