package dev.mojave.tensor.engine.natives;

import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.Hashes;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The libraries that JavaCPP loaded, remembered beside where it unpacked them: finding them again in its way (through properties, jars and
 * some fifty names that are not there) takes three times as long as loading them. What is remembered holds for the same jars, and only
 * while every file and link in the libraries' folders is as it was; otherwise JavaCPP does it all again.
 */
final class UnpackedLibraries {
    private static final Pattern JAR = Pattern.compile("(javacpp|openblas|mkl|pytorch|cuda)-.*\\.jar");
    /** What others name without saying where it is: it must be there before them. */
    private static final List<String> FIRST =
            List.of("libmkl_core.so.2", "libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5");
    /** JavaCPP's glue, which binds to the libraries that it was compiled against. */
    private static final List<String> LAST =
            List.of("libjnijavacpp.so", "libjniopenblas_nolapack.so", "libjniopenblas.so", "libjnitorch.so");

    private static final String LOAD = "load ";

    private final Path file;

    private UnpackedLibraries(Path file) {
        this.file = file;
    }

    /**
     * Returns the place for a BLAS library's choice, if jars on the class path can tell whether they are still the same.
     *
     * @param cache where JavaCPP unpacks
     * @param classPath as Java has it
     */
    static Optional<UnpackedLibraries> of(Path cache, String classPath, String blas) {
        StringBuilder key = new StringBuilder(cache.toString());
        boolean glue = false;
        try {
            for (String entry : classPath.split(File.pathSeparator, -1)) {
                Path jar = Path.of(entry);
                String name = String.valueOf(jar.getFileName());
                if (JAR.matcher(name).matches()) {
                    key.append('\n').append(facts(jar));
                    glue |= name.startsWith("pytorch-");
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        String name = ".mojave-" + blas + "-" + Hashes.sha256(key.toString()).substring(0, 16);
        return glue ? Optional.of(new UnpackedLibraries(cache.resolve(name))) : Optional.empty();
    }

    /**
     * Loads what is remembered, in its order.
     *
     * @return whether it could: nothing is loaded where anything has changed, and what comes before a library that fails stays loaded
     */
    boolean load(Consumer<String> loader) {
        try {
            if (!Files.isReadable(file)) {
                return false;
            }
            List<String> lines = Files.readAllLines(file);
            List<String> libraries = lines.stream()
                    .filter(line -> line.startsWith(LOAD))
                    .map(line -> line.substring(LOAD.length()))
                    .toList();
            if (libraries.isEmpty() || !lines.equals(lines(libraries))) {
                return false;
            }
            libraries.forEach(loader);
            return true;
        } catch (IOException | UnsatisfiedLinkError e) {
            return false;
        }
    }

    /** Remembers what was loaded; where that cannot be written, the next start takes as long as this one. */
    void remember(Collection<String> loaded) {
        List<String> ordered = loaded.stream()
                .distinct()
                .sorted(Comparator.comparingInt(UnpackedLibraries::rank).thenComparing(Comparator.naturalOrder()))
                .toList();
        try {
            AtomicFiles.write(file, String.join("\n", lines(ordered)) + "\n");
        } catch (IOException e) {
            // It is only a shortcut.
        }
    }

    private static int rank(String library) {
        String name = String.valueOf(Path.of(library).getFileName());
        return FIRST.contains(name) ? FIRST.indexOf(name) - FIRST.size() : 1 + LAST.indexOf(name);
    }

    /** Libraries, then the facts about all files beside them. */
    private static List<String> lines(List<String> libraries) throws IOException {
        List<String> lines = new ArrayList<>();
        TreeSet<Path> folders = new TreeSet<>();
        for (String library : libraries) {
            lines.add(LOAD + library);
            Path folder = Path.of(library).getParent();
            if (folder != null) {
                folders.add(folder);
            }
        }
        for (Path folder : folders) {
            for (Path path : list(folder)) {
                lines.add(facts(path));
            }
        }
        return lines;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static String facts(Path path) throws IOException {
        return Files.isSymbolicLink(path)
                ? path + " -> " + Files.readSymbolicLink(path)
                : path + " " + Files.size(path) + " " + Files.getLastModifiedTime(path);
    }
}
