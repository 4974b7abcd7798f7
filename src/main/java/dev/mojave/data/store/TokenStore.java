package dev.mojave.data.store;

import dev.mojave.base.Failure;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.tree.Json;
import dev.mojave.data.store.StoreManifest.Part;
import dev.mojave.data.store.StoreManifest.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An open token store: memory-mapped shards of uint16 or uint32 ids (little-endian), a manifest with checksums, and the
 * tokenizer. Ids are read only when they are needed, but opening a store verifies it: the size of every file and its SHA-256, which in
 * stores of 1 GB or more is computed only if the file's size or modification time has changed since it was last verified.
 */
public final class TokenStore implements AutoCloseable {
    /** Stores of fewer bytes than this are verified completely whenever they are opened, which takes about a second for the largest. */
    private static final long ALWAYS_VERIFIED = 1_000_000_000;

    private final Path folder;
    private final StoreManifest manifest;
    private final Arena arena;
    private final Map<Split, TokenSplit> splits = new EnumMap<>(Split.class);

    private TokenStore(Path folder, StoreManifest manifest, Arena arena) {
        this.folder = folder;
        this.manifest = manifest;
        this.arena = arena;
    }

    /**
     * Opens and verifies a store.
     *
     * @throws Failure of kind DATA if a file is missing, or its size or content differs from the manifest
     */
    static TokenStore open(Path folder) {
        return open(folder, ALWAYS_VERIFIED);
    }

    // The store owns the arena and closes it.
    @SuppressWarnings("MustBeClosedChecker")
    static TokenStore open(Path folder, long alwaysVerified) {
        StoreManifest manifest = manifest(folder);
        Arena arena = Arena.ofShared();
        TokenStore store = new TokenStore(folder, manifest, arena);
        try {
            store.verify(alwaysVerified);
            for (Split split : Split.values()) {
                Part part = manifest.splits().get(split.key());
                if (part == null) {
                    throw broken(folder, "its manifest has no split " + split.key());
                }
                List<MemorySegment> shards = new ArrayList<>();
                for (StoredFile shard : part.shards()) {
                    shards.add(store.map(shard));
                }
                StoredFile lengths = part.lengths();
                store.splits.put(
                        split,
                        new TokenSplit(
                                manifest,
                                split,
                                part,
                                shards,
                                store.map(part.index()),
                                lengths == null ? Optional.empty() : Optional.of(store.map(lengths))));
            }
            return store;
        } catch (IOException e) {
            arena.close();
            throw IoFailures.of("open the token store", folder, e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Reads only the manifest. */
    public static StoreManifest manifest(Path folder) {
        Path file = folder.resolve(StoreManifest.FILE);
        StoreManifest manifest;
        try {
            manifest = Json.read(file, StoreManifest.class);
        } catch (Failure e) {
            throw Failure.data("%s; %s", String.valueOf(e.getMessage()), remedy(folder))
                    .because(e);
        } catch (UncheckedIOException e) {
            throw IoFailures.of("open the token store", file, e);
        }
        if (manifest.version() != StoreManifest.VERSION) {
            throw broken(
                    folder,
                    "it has format version " + manifest.version() + ", but this version of Mojave reads "
                            + StoreManifest.VERSION);
        }
        return manifest;
    }

    /** Returns the store's manifest. */
    public StoreManifest manifest() {
        return manifest;
    }

    /** Returns the store's folder. */
    public Path folder() {
        return folder;
    }

    /** Returns a split, which may be empty. */
    public TokenSplit split(Split split) {
        TokenSplit found = splits.get(split);
        if (found == null) {
            throw new IllegalStateException("a store has every split");
        }
        return found;
    }

    @Override
    public void close() {
        arena.close();
    }

    private void verify(long alwaysVerified) throws IOException {
        List<StoredFile> files = new ArrayList<>(List.of(manifest.tokenizerFile()));
        for (Part part : manifest.splits().values()) {
            files.addAll(part.files());
        }
        long total = 0;
        for (StoredFile file : files) {
            Path path = folder.resolve(file.file());
            if (!Files.isRegularFile(path)) {
                throw broken(folder, "its file " + file.file() + " is missing");
            }
            if (Files.size(path) != file.bytes()) {
                throw broken(
                        folder,
                        "its file " + file.file() + " has " + Files.size(path) + " bytes and should have "
                                + file.bytes());
            }
            total += file.bytes();
        }
        VerifiedFiles verified = new VerifiedFiles(folder, total >= alwaysVerified);
        for (StoredFile file : files) {
            Path path = folder.resolve(file.file());
            if (verified.contains(path, file.sha256())) {
                continue;
            }
            String found = Hashes.sha256(path);
            if (!found.equals(file.sha256())) {
                throw broken(
                        folder,
                        "its file " + file.file() + " has changed: SHA-256 " + found + ", expected " + file.sha256());
            }
            verified.add(path, found);
        }
        verified.save();
    }

    private MemorySegment map(StoredFile file) throws IOException {
        if (file.bytes() == 0) {
            return MemorySegment.NULL;
        }
        try (FileChannel channel = FileChannel.open(folder.resolve(file.file()), StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, file.bytes(), arena);
        }
    }

    private static Failure broken(Path folder, String what) {
        return Failure.data("the token store %s is damaged: %s; %s", folder, what, remedy(folder));
    }

    private static String remedy(Path folder) {
        return "delete that folder (rm -r '" + folder
                + "') and it will be built again from the source on the next start";
    }
}
