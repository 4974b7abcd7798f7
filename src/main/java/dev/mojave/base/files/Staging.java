package dev.mojave.base.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a file or folder at a temporary place next to its target and moves it to the target when it is complete. If anything goes wrong
 * before, such as invalid input, a full disk or Ctrl-C, nothing is left behind, newly created parent folders included, and the old
 * content of the target is unchanged. After {@code kill -9}, the next process that writes there cleans up.
 */
public final class Staging implements AutoCloseable {
    private static final String SUFFIX = ".writing";

    private final Path target;
    private final Path place;
    private final boolean inside;
    private final List<Path> parents = new ArrayList<>();
    private final Thread hook = Thread.ofPlatform().unstarted(this::abandon);
    private boolean over;

    private Staging(Path target, boolean inside) {
        this.target = target;
        this.inside = inside;
        String suffix = "." + ProcessHandle.current().pid() + SUFFIX;
        this.place = inside ? target.resolve(suffix) : target.resolveSibling("." + name(target) + suffix);
    }

    /** Prepares a file that does not exist or is to be replaced; its parent folders are created. */
    public static Staging file(Path file) throws IOException {
        return prepare(new Staging(file.toAbsolutePath(), false));
    }

    /**
     * Prepares a folder that does not exist, is to be replaced as a whole, or exists and is empty. An empty folder is filled rather than
     * replaced, because it may be a link, a mounted disk, or the working directory of the user.
     *
     * @param replace whether an existing folder is to be replaced
     */
    public static Staging folder(Path folder, boolean replace) throws IOException {
        Path target = folder.toAbsolutePath();
        Staging staging = prepare(new Staging(target, !replace && Files.isDirectory(target)));
        try {
            Files.createDirectory(staging.place);
            return staging;
        } catch (IOException e) {
            staging.close();
            throw e;
        }
    }

    private static Staging prepare(Staging staging) throws IOException {
        Runtime.getRuntime().addShutdownHook(staging.hook);
        try {
            Path parent = staging.place.getParent();
            for (Path at = parent; at != null && !Files.exists(at); at = at.getParent()) {
                staging.parents.add(at);
            }
            if (parent != null) {
                Files.createDirectories(parent);
                sweep(parent, staging.inside ? "." : "." + name(staging.target) + ".");
            }
            return staging;
        } catch (IOException e) {
            staging.close();
            throw e;
        }
    }

    /** Deletes what killed processes left behind from earlier attempts. */
    private static void sweep(Path parent, String prefix) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, path -> isLeft(path, prefix))) {
            left.forEach(Folders::discard);
        }
    }

    private static boolean isLeft(Path path, String prefix) {
        String name = name(path);
        if (!name.startsWith(prefix) || !name.endsWith(SUFFIX) || name.length() <= prefix.length() + SUFFIX.length()) {
            return false;
        }
        String pid = name.substring(prefix.length(), name.length() - SUFFIX.length());
        return pid.matches("[0-9]{1,18}")
                && ProcessHandle.of(Long.parseLong(pid)).isEmpty();
    }

    /** Returns whether a file in a folder was left behind there by a killed process, in which case {@link #folder} removes it. */
    public static boolean isLeft(Path path) {
        return isLeft(path, ".");
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /** Returns the temporary place to write to: a folder that exists, or a file that does not exist yet. */
    public Path place() {
        return place;
    }

    /**
     * Moves what was written to its target.
     *
     * @param last names of files in a folder to be moved after all others if an empty folder is filled: the files that make it valid
     */
    public synchronized void publish(String... last) throws IOException {
        if (over) {
            throw new IOException("interrupted"); // the process is ending
        }
        AtomicFiles.forceDirectory(place);
        if (inside) {
            moveUp(List.of(last));
        } else if (Files.isDirectory(place) && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            exchange();
        } else {
            Files.move(place, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        over = true;
        AtomicFiles.forceDirectory(target.resolveSibling("."));
    }

    private void moveUp(List<String> last) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> content = Files.newDirectoryStream(place)) {
            content.forEach(files::add);
        }
        files.sort((a, b) -> Integer.compare(last.indexOf(name(a)), last.indexOf(name(b))));
        List<Path> moved = new ArrayList<>();
        try {
            for (Path file : files) {
                Path to = target.resolve(file.getFileName());
                Files.move(file, to);
                moved.add(to);
            }
        } catch (IOException e) {
            moved.forEach(Folders::discard);
            throw e;
        }
        Files.delete(place);
        AtomicFiles.forceDirectory(target);
    }

    /** Replaces the target folder. A folder cannot be renamed over another one, so the old one is moved aside first, and back if the move fails. */
    private void exchange() throws IOException {
        Path aside = place.resolveSibling(name(place) + ".old");
        Files.move(target, aside, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(place, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        Folders.discard(aside);
    }

    /** Deletes everything that was not published. */
    @Override
    public void close() {
        discard();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the shutdown hook does the same.
        }
    }

    private synchronized void discard() {
        if (!over) {
            over = true;
            clear();
        }
    }

    private void clear() {
        Folders.discard(aside());
        for (Path parent : parents) {
            try {
                Files.deleteIfExists(parent);
            } catch (IOException e) {
                return; // another process has put something there
            }
        }
    }

    /**
     * Moves the written files to a place where nothing is written: threads that are still writing find no folder, and cannot add files to one
     * that is being emptied. The name contains an impossible process id, so that {@link #sweep} deletes it if this process is killed meanwhile.
     */
    private Path aside() {
        String name = name(place);
        Path aside = place.resolveSibling(name.substring(0, name.length() - SUFFIX.length()) + "0000000" + SUFFIX);
        try {
            return Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            return place; // it was never created, or has been moved to its target
        }
    }

    /** Runs at the end of the process, while other threads may still be writing, and clears repeatedly until nothing reappears. */
    private void abandon() {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
        }
        for (int i = 0; i < 40; i++) {
            clear();
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
