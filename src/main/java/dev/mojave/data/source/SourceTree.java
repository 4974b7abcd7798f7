package dev.mojave.data.source;

import dev.mojave.base.Failure;
import dev.mojave.base.files.IoFailures;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Lists the files that a path names: the file itself, or all files below a folder in order of their names, except hidden ones.
 *
 * <p>If the path itself is a link, it is followed. Inside a folder, links to files are followed wherever they lead, as the Hugging Face
 * cache requires; links to folders are followed if they stay inside the named folder, and others only if the user asks for it. A file
 * that is read at its own place is not read again through a link: the same text in two splits would be a leak.
 */
public final class SourceTree {
    private final Path root;
    private final Path realRoot;
    private final boolean followLinks;
    private final List<SourceFile> files = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    /** Real paths of the folders that are being read, and of the targets of links. */
    private final Set<Path> open = new HashSet<>();

    private final Set<Path> linked = new HashSet<>();
    private int hidden;
    private int again;
    private int odd;
    private String firstAgain = "";
    private String firstOdd = "";

    private SourceTree(Path root, boolean followLinks) throws IOException {
        this.root = root;
        this.realRoot = root.toRealPath();
        this.followLinks = followLinks;
    }

    /**
     * The result of listing a path.
     *
     * @param files the files in order of their names
     * @param notes notes on what was left out, one sentence each
     */
    public record Found(List<SourceFile> files, List<String> notes) {}

    /**
     * Lists the files of a path.
     *
     * @param followLinks whether links to folders outside the named one are followed
     * @throws Failure of kind USAGE if the path is missing or unreadable, or a link forms a cycle or leads out of the folder; DATA if a
     *     folder
     *     has no files
     */
    public static Found under(Path path, boolean followLinks) {
        if (!Files.exists(path)) {
            throw Failure.usage("%s %s", path, missing(path));
        }
        if (!Files.isDirectory(path)) {
            return new Found(List.of(new SourceFile(path, String.valueOf(path.getFileName()))), List.of());
        }
        try {
            SourceTree tree = new SourceTree(path, followLinks);
            tree.folder(path, "");
            if (tree.files.isEmpty()) {
                throw Failure.data("the folder %s has no files%s", path, tree.leftOut());
            }
            // Names that are not UTF-8 may decode to the same text although their bytes differ.
            tree.files.sort(Comparator.comparing(SourceFile::name).thenComparing(SourceFile::path));
            tree.addNotes();
            return new Found(tree.files, tree.notes);
        } catch (DirectoryIteratorException e) {
            throw IoFailures.of("list the folder", path, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw IoFailures.of("list the folder", path, e);
        }
    }

    private static String missing(Path path) {
        return Files.isSymbolicLink(path)
                ? "is a link to " + target(path) + ", which does not exist"
                : "does not exist";
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "something that cannot be read";
        }
    }

    private void folder(Path folder, String prefix) throws IOException {
        Path real = folder.toRealPath();
        open.add(real);
        List<Path> content = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(content::add);
        }
        content.sort(null);
        for (Path path : content) {
            String name = String.valueOf(path.getFileName());
            if (name.startsWith(".")) {
                hidden++;
            } else if (Files.isSymbolicLink(path)) {
                link(path, prefix + name);
            } else {
                add(path, prefix + name);
            }
        }
        open.remove(real);
    }

    private void add(Path path, String name) throws IOException {
        if (Files.isDirectory(path)) {
            folder(path, name + "/");
        } else if (Files.isRegularFile(path)) {
            files.add(new SourceFile(path, name.replace('\\', '/')));
        } else {
            odd(name + " is neither a file nor a folder");
        }
    }

    private void link(Path link, String name) throws IOException {
        if (!Files.exists(link)) {
            odd(name + " is a link to " + target(link) + ", which does not exist");
            return;
        }
        Path real = link.toRealPath();
        boolean inside = real.startsWith(realRoot);
        if (Files.isDirectory(link)) {
            if (open.contains(real) || realRoot.startsWith(real)) {
                throw Failure.usage(
                        "%s is a link to %s, a folder that contains the link, so following it would never end;"
                                + " remove the link, or name the folders to"
                                + " read one by one",
                        link, target(link));
            }
            if (!inside && !followLinks) {
                throw Failure.usage(
                        "%s is a link to a folder outside %s (%s): follow it with --follow-links of data import, or"
                                + " remove the link and name that folder itself",
                        link, root, real);
            }
        }
        // A target inside the folder that is not hidden is read at its own place; a target that several links share is
        // read once.
        if ((inside && isSeen(realRoot.relativize(real))) || !linked.add(real)) {
            firstAgain = again++ == 0 ? name + " is a link to " + target(link) : firstAgain;
            return;
        }
        add(link, name);
    }

    private static boolean isSeen(Path inside) {
        for (Path part : inside) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        return true;
    }

    private void odd(String what) {
        firstOdd = odd++ == 0 ? what : firstOdd;
    }

    private void addNotes() {
        if (hidden > 0) {
            notes.add("left out " + ReadReport.counted(hidden, "hidden file or folder", "hidden files and folders")
                    + " of " + root);
        }
        if (again > 0) {
            notes.add(
                    "left out " + ReadReport.counted(again, "link") + " to files that are read anyway: " + firstAgain);
        }
        if (odd > 0) {
            notes.add("left out " + ReadReport.counted(odd, "entry") + " that cannot be read: " + firstOdd);
        }
    }

    private String leftOut() {
        addNotes();
        return notes.isEmpty() ? "" : " to read (" + String.join("; ", notes) + ")";
    }

    /** Returns whether a path is a regular file, which can be read repeatedly, and not a pipe or a device. */
    public static boolean isPlain(Path path) {
        return Files.isRegularFile(path);
    }

    /**
     * Checks that a source that is not a regular file is a pipe.
     *
     * @throws Failure of kind USAGE if it is a device, which may never end, or a socket
     */
    public static void requirePipe(Path path) {
        int kind = kind(path);
        if (kind == 0020000 && isTerminal(path)) {
            throw Failure.usage(
                    "%s is the terminal; pipe text into it instead, as in: zcat text.gz | mojave data import %s",
                    path, path);
        }
        if (kind == 0020000 || kind == 0060000) {
            throw Failure.usage("%s is a device, not a file, a folder or a pipe; name one of those", path);
        }
        if (kind == 0140000) {
            throw Failure.usage("%s is a socket, not a file, a folder or a pipe; name one of those", path);
        }
    }

    private static boolean isTerminal(Path path) {
        try {
            String real = path.toRealPath().toString();
            return real.startsWith("/dev/pts/") || real.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the file type bits of a path's mode; 0 if the file system has none. */
    private static int kind(Path path) {
        try {
            return (int) Files.getAttribute(path, "unix:mode") & 0170000;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return 0;
        }
    }
}
