package dev.mojave.data.store;

import dev.mojave.base.Progress;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.Folders;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.files.IoFailures;
import dev.mojave.data.DataSpec;
import dev.mojave.data.corpus.Corpus;
import dev.mojave.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The token stores under {@code MOJAVE_HOME/stores}, built on first use and found again by a key of everything they depend on.
 *
 * <p>A store's folder is {@code LABEL-KEY}; the key is the first 16 hexadecimal digits of the SHA-256 of the format version, source
 * checksum, layout, tokenizer and split. A store is built in a hidden folder and renamed, under a lock that excludes other threads and
 * processes, so another process sees either no store or a complete one; the next build removes what a killed process left behind.
 */
public final class StoreCache {
    /** File locks exclude other processes; these locks exclude other threads of this process. */
    private static final Map<Path, Object> IN_PROCESS = new ConcurrentHashMap<>();

    private final Path stores;
    private final long shardTokens;

    /** Keeps stores in a folder, with {@code shardTokens} tokens per shard. */
    public StoreCache(Path stores, long shardTokens) {
        this.stores = stores;
        this.shardTokens = shardTokens;
    }

    /** Opens the store of a corpus, building it if necessary. */
    public TokenStore open(Corpus corpus, DataSpec spec, Progress progress) {
        String name = name(corpus, spec);
        Path folder = stores.resolve(name);
        if (!Files.exists(folder)) {
            try {
                Files.createDirectories(stores);
                synchronized (IN_PROCESS.computeIfAbsent(folder.toAbsolutePath(), path -> new Object())) {
                    buildLocked(folder, corpus, spec, progress);
                }
            } catch (IOException e) {
                throw IoFailures.of("write the token store (MOJAVE_HOME sets the folder)", stores, e);
            }
        }
        return TokenStore.open(folder);
    }

    private void buildLocked(Path folder, Corpus corpus, DataSpec spec, Progress progress) throws IOException {
        Path lockFile = stores.resolve("." + folder.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(channel, progress)) {
            if (lock.isValid() && !Files.exists(folder)) {
                build(folder, corpus, spec, progress);
            }
        }
    }

    private static FileLock lock(FileChannel channel, Progress progress) throws IOException {
        FileLock lock = channel.tryLock();
        if (lock != null) {
            return lock;
        }
        progress.say("another mojave process is building the same token store; waiting for it");
        return channel.lock();
    }

    private void build(Path folder, Corpus corpus, DataSpec spec, Progress progress) throws IOException {
        String prefix = "." + folder.getFileName() + ".building";
        try (DirectoryStream<Path> left = Files.newDirectoryStream(stores, prefix + "*")) {
            for (Path path : left) {
                Folders.delete(path);
            }
        }
        Path building = Files.createTempDirectory(stores, prefix);
        try {
            new StoreBuilder(corpus, spec, shardTokens, progress).build(building);
            AtomicFiles.forceDirectory(building);
            Files.move(building, folder, StandardCopyOption.ATOMIC_MOVE);
            AtomicFiles.forceDirectory(stores);
        } finally {
            Folders.discard(building);
        }
    }

    /** Returns the folders of the stores that were built from a source. */
    public List<Path> builtFrom(String source) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(stores)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(stores, label(source) + "-*")) {
                for (Path folder : folders) {
                    if (Files.isRegularFile(folder.resolve(StoreManifest.FILE))) {
                        found.add(folder);
                    }
                }
            } catch (IOException e) {
                throw IoFailures.of("list the token stores", stores, e);
            }
        }
        found.sort(null);
        return found;
    }

    private String name(Corpus corpus, DataSpec spec) {
        String tokenizer = spec.tokenizer();
        if (!Tokenizers.NAMES.contains(tokenizer)) {
            Path file = Tokenizers.file(tokenizer);
            // Stores from before the bytes per token were recorded lack them; this line keeps them from being found.
            tokenizer = "file " + Hashes.sha256(Tokenizers.text(file)) + "\nlengths 1"
                    + Tokenizers.namedEnd(file, spec.endOfText())
                            .map(end -> "\nend_of_text " + end)
                            .orElse("");
        }
        // Left out if the option is off, so that stores from before it existed are still found.
        String text = spec.lowercase() ? "\nlowercase" : "";
        String made = String.join(
                "\n",
                "format " + StoreManifest.VERSION,
                "source " + corpus.checksum(),
                "layout " + corpus.layout(),
                "tokenizer " + tokenizer,
                "validation " + spec.validation(),
                "test " + spec.test(),
                "split_seed " + spec.splitSeed(),
                "document_separator " + spec.documentSeparator(),
                "shard " + shardTokens + text);
        return label(spec.source()) + "-" + Hashes.sha256(made).substring(0, 16);
    }

    private static String label(String source) {
        String last = String.valueOf(Path.of(source).getFileName()).toLowerCase(Locale.ROOT);
        String plain = last.replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return plain.isEmpty() ? "data" : plain.substring(0, Math.min(40, plain.length()));
    }
}
