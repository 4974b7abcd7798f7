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
 * Writes a file or folder that counts only when it is whole: at a place beside its target, which it takes over at the end. Whatever happens
 * before, a refusal, a full disk or Ctrl-C, leaves nothing behind, missing parent folders included, and what was at the target stays as
 * it was. After {@code kill -9} the next who writes there cleans up.
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

    /** Prepares a file that does not exist or is replaced; its parent folders are made. */
    public static Staging file(Path file) throws IOException {
        return prepare(new Staging(file.toAbsolutePath(), false));
    }

    /**
     * Prepares a folder that does not exist, is replaced whole, or is there and empty, which then stays the same folder (it may be a link, a
     * mounted disk, or where the user stands).
     *
     * @param replace whether what is there is to be replaced
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

    /** Deletes what processes that were killed left of earlier tries. */
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

    /** Says whether a file in a folder is what a process that was killed left there, which {@link #folder} removes. */
    public static boolean isLeft(Path path) {
        return isLeft(path, ".");
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /** Returns where to write meanwhile: a folder that is there, or a file that is not. */
    public Path place() {
        return place;
    }

    /**
     * Puts what was written at its target.
     *
     * @param last names in a folder that are moved after all others, where the folder stays: those without which it is nothing
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

    /** A folder cannot be put over another in one step: the other steps aside, and back if the new one cannot be put there. */
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

    /** Deletes what was not published. */
    @Override
    public void close() {
        discard();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook does the same.
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
                return; // somebody else put something there
            }
        }
    }

    /**
     * Takes what was written to where nobody writes: whoever still does finds no folder, and cannot put a file into one that is being
     * emptied. The name is that of a process that cannot be, so that {@link #sweep} deletes it if this process is killed meanwhile.
     */
    private Path aside() {
        String name = name(place);
        Path aside = place.resolveSibling(name.substring(0, name.length() - SUFFIX.length()) + "0000000" + SUFFIX);
        try {
            return Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            return place; // it was never made, or is in its place already
        }
    }

    /** At the end of the process, while others still write: until nothing comes back. */
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
