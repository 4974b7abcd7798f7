package dev.mojave.base.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Replaces files atomically: a file is either the complete old version or the complete new one, even after a power failure. */
public final class AtomicFiles {
    private AtomicFiles() {}

    /** Writes UTF-8 text to a temporary file next to the target, forces it to disk and renames it to the target. */
    public static void write(Path target, String text) throws IOException {
        write(target, StandardCharsets.UTF_8.encode(text));
    }

    /** Writes bytes as {@link #write(Path, String)} writes text. */
    public static void write(Path target, byte[] content) throws IOException {
        write(target, ByteBuffer.wrap(content));
    }

    private static void write(Path target, ByteBuffer bytes) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(target + " has no parent folder");
        }
        Files.createDirectories(directory);
        // Not createTempFile, whose files are readable only by their owner: results are for everyone who can access the
        // folder.
        Path temporary = directory.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        forceDirectory(directory);
    }

    /** Forces a directory's entries (renames, new files) to disk if the system allows it. */
    public static void forceDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Some systems (Windows) cannot open a directory; the rename itself is still atomic there.
        }
    }
}
