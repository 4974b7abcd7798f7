package dev.mojave.data.store;

import dev.mojave.base.files.Hashes;
import dev.mojave.data.store.StoreManifest.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** Writes a file of a token store: buffered, little-endian, and hashed while it is written. */
final class StoreFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final MessageDigest digest = Hashes.sha256();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 18).order(ByteOrder.LITTLE_ENDIAN);
    private long written;

    StoreFile(Path path) throws IOException {
        this.path = path;
        this.channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Returns the buffer with room for {@code bytes} more. */
    ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    /** Forces the content to disk and returns the file's entry for the manifest. */
    StoredFile finish() throws IOException {
        flush();
        channel.force(true);
        channel.close();
        return new StoredFile(String.valueOf(path.getFileName()), written, Hashes.hex(digest));
    }

    private void flush() throws IOException {
        buffer.flip();
        digest.update(buffer.duplicate());
        written += buffer.remaining();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
