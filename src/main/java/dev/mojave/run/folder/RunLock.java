package dev.mojave.run.folder;

import dev.mojave.base.Failure;
import dev.mojave.base.files.IoFailures;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ensures that only one process trains in a folder: an operating-system lock on its file {@code .lock}, which is released when
 * the process ends, however it ends.
 */
public final class RunLock implements AutoCloseable {
    static final String FILE = ".lock";

    // POSIX drops a process's locks on a file when any of its channels to that file closes, so within this process the
    // lock file is opened only once at a time, and this set records the locks.
    private static final Set<Path> HELD = new HashSet<>();

    private final Path key;
    private final FileChannel channel;
    private final FileLock lock;

    private RunLock(Path key, FileChannel channel, FileLock lock) {
        this.key = key;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Acquires the lock of an existing folder.
     *
     * @throws Failure of kind USAGE if another process has the lock or the folder cannot be written
     */
    public static RunLock take(Path folder) {
        RunLock taken = tryTake(folder);
        if (taken == null) {
            throw Failure.usage(
                    "%s: another process is training in this folder; wait for it, stop it, or choose another --name",
                    folder);
        }
        return taken;
    }

    /**
     * Returns whether any process holds the lock now; false if the folder is not writable, in which case this cannot be
     * determined.
     */
    static boolean isHeld(Path folder) {
        if (!Files.isWritable(folder)) {
            return false;
        }
        try (RunLock taken = Files.exists(folder.resolve(FILE)) ? tryTake(folder) : null) {
            return taken == null && Files.exists(folder.resolve(FILE));
        }
    }

    private static @Nullable RunLock tryTake(Path folder) {
        synchronized (HELD) {
            FileChannel channel = null;
            RunLock taken = null;
            try {
                Path key = folder.toRealPath();
                if (HELD.contains(key)) {
                    return null;
                }
                channel = FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    HELD.add(key);
                    taken = new RunLock(key, channel, lock);
                }
                return taken;
            } catch (IOException e) {
                throw IoFailures.of("lock the run folder", folder, e);
            } finally {
                if (taken == null && channel != null) {
                    close(channel, folder);
                }
            }
        }
    }

    private static void close(FileChannel channel, Path folder) {
        try {
            channel.close();
        } catch (IOException e) {
            throw IoFailures.of("unlock the run folder", folder, e);
        }
    }

    /** Releases the lock; further calls have no effect. */
    @Override
    public void close() {
        synchronized (HELD) {
            if (channel.isOpen()) {
                try {
                    lock.release();
                } catch (IOException e) {
                    throw IoFailures.of("unlock the run folder", key, e);
                } finally {
                    close(channel, key);
                    HELD.remove(key);
                }
            }
        }
    }
}
