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
 * A list of the libraries that JavaCPP loaded, kept next to the unpacked files: JavaCPP's own search (through properties, jars and some
 * fifty names that do not exist) takes three times as long as loading them. The list is valid for the same jars, and only while every file
 * and link in the libraries' folders is unchanged; otherwise JavaCPP searches again.
 */
final class UnpackedLibraries {
    private static final Pattern JAR = Pattern.compile("(javacpp|openblas|mkl|pytorch|cuda)-.*\\.jar");
    /** Libraries that others depend on by name only, so they must be loaded first. */
    private static final List<String> FIRST =
            List.of("libmkl_core.so.2", "libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5");
    /** JavaCPP's bindings, loaded after the libraries that they bind to. */
    private static final List<String> LAST =
            List.of("libjnijavacpp.so", "libjniopenblas_nolapack.so", "libjniopenblas.so", "libjnitorch.so");

    private static final String LOAD = "load ";

    private final Path file;

    private UnpackedLibraries(Path file) {
        this.file = file;
    }

    /**
     * Returns the list for a BLAS library, if the jars on the class path can be identified.
     *
     * @param cache folder into which JavaCPP unpacks
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
     * Loads the listed libraries in order.
     *
     * @return whether all were loaded: if anything has changed, nothing is loaded; if a library fails, those before it stay loaded
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

    /** Writes the list of loaded libraries; if that fails, the next start takes as long as this one. */
    void remember(Collection<String> loaded) {
        List<String> ordered = loaded.stream()
                .distinct()
                .sorted(Comparator.comparingInt(UnpackedLibraries::rank).thenComparing(Comparator.naturalOrder()))
                .toList();
        try {
            AtomicFiles.write(file, String.join("\n", lines(ordered)) + "\n");
        } catch (IOException e) {
            // The list only saves time.
        }
    }

    private static int rank(String library) {
        String name = String.valueOf(Path.of(library).getFileName());
        return FIRST.contains(name) ? FIRST.indexOf(name) - FIRST.size() : 1 + LAST.indexOf(name);
    }

    /** Returns the libraries, followed by the state of all files in their folders. */
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
