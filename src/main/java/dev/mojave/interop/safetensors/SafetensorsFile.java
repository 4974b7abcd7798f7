package dev.mojave.interop.safetensors;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;

/**
 * A memory-mapped safetensors file. Opening reads only the header and checks it completely (see {@link SafetensorsHeader}); data
 * is read from disk on access. Entries are views into the mapping and become invalid with {@link #close()}.
 */
public final class SafetensorsFile implements AutoCloseable {
    private final Path file;
    private final Arena arena;
    private final Map<String, SafeEntry> entries;
    private final Map<String, String> metadata;

    private SafetensorsFile(Path file, Arena arena, SafetensorsHeader header) {
        this.file = file;
        this.arena = arena;
        this.entries = Collections.unmodifiableMap(header.entries());
        this.metadata = header.metadata();
    }

    /**
     * Opens a file.
     *
     * @throws Failure of kind DATA if it is missing or breaks a rule of the format
     */
    @SuppressWarnings("MustBeClosedChecker") // the returned file owns the arena and closes it
    public static SafetensorsFile open(Path file) {
        // Shared: a checkpoint may be opened by one thread and read by another.
        Arena arena = Arena.ofShared();
        try {
            MemorySegment bytes = map(file, arena);
            return new SafetensorsFile(file, arena, SafetensorsHeader.read(file, bytes));
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static MemorySegment map(Path file, Arena arena) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (NoSuchFileException e) {
            throw Failure.data("%s does not exist", file).because(e);
        } catch (AccessDeniedException e) {
            throw Failure.usage("%s cannot be read: permission denied", file).because(e);
        } catch (IOException e) {
            if (Files.isDirectory(file)) {
                throw Failure.data("%s is a folder, not a safetensors file", file)
                        .because(e);
            }
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the file's path. */
    public Path file() {
        return file;
    }

    /** Returns the tensors, sorted by name. */
    public Collection<SafeEntry> entries() {
        return entries.values();
    }

    /** Returns the header's {@code __metadata__}. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Returns whether the file has a tensor of this name. */
    public boolean contains(String name) {
        return entries.containsKey(name);
    }

    /**
     * Returns a tensor by name.
     *
     * @throws Failure of kind DATA that suggests the nearest name if there is no such tensor
     */
    public SafeEntry entry(String name) {
        SafeEntry entry = entries.get(name);
        if (entry == null) {
            throw Failure.data("%s has no tensor '%s'%s", file, name, Suggest.didYouMean(name, entries.keySet()));
        }
        return entry;
    }

    /** Unmaps the file; its entries must not be used any more. */
    @Override
    public void close() {
        arena.close();
    }
}
