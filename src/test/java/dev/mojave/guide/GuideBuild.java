package dev.mojave.guide;

import dev.mojave.base.process.JavaCommand;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** A copy of the repository with what its tests read, and the classes that javac makes of it, where Maven would put them. */
final class GuideBuild {
    /** The folders of sources and of what tests read. */
    private static final List<String> FOLDERS = List.of("src", "docs", "recipes", "examples", "bench", "tools");

    private static final Path MAIN = Path.of("src", "main", "java");
    private static final Path TEST = Path.of("src", "test", "java");
    private static final String BUILD_INFO = "dev/mojave/base/build.properties";

    private final Path root;

    GuideBuild(Path root) {
        this.root = root;
    }

    /** Copies the repository, in whose root tests run. */
    static GuideBuild copy(Path root) throws IOException {
        Path here = Path.of("");
        try (Stream<Path> top = Files.list(here)) {
            for (Path entry : top.toList()) {
                if (Files.isRegularFile(entry) || FOLDERS.contains(entry.toString())) {
                    copyTree(entry, root.resolve(entry.toString()));
                }
            }
        }
        return new GuideBuild(root);
    }

    Path root() {
        return root;
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path copy = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(path, copy);
                }
            }
        }
    }

    private Path mainClasses() {
        return root.resolve("target", "classes");
    }

    private Path testClasses() {
        return root.resolve("target", "test-classes");
    }

    /** Compiles everything with javac's own warnings as errors, as the build does, in a process of its own. */
    void compile() throws IOException, InterruptedException {
        List<String> command = quick(JavaCommand.of(GuideBuild.class, List.of(root.toString())));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError("the sources with all pages do not compile:\n" + said);
        }
    }

    /** Compiles the copy in the given folder, and ends with 1 and what is wrong where that fails. */
    public static void main(String[] arguments) throws IOException {
        List<String> problems = new GuideBuild(Path.of(arguments[0])).problems();
        problems.forEach(System.out::println);
        System.exit(problems.isEmpty() ? 0 : 1);
    }

    private List<String> problems() throws IOException {
        copyTree(root.resolve("src", "main", "resources"), mainClasses());
        copyTree(root.resolve("recipes"), mainClasses().resolve("recipes"));
        copyTree(root.resolve("src", "test", "resources"), testClasses());
        try (InputStream info =
                Objects.requireNonNull(getClass().getClassLoader().getResourceAsStream(BUILD_INFO))) {
            Path file = mainClasses().resolve(BUILD_INFO);
            Files.createDirectories(file.getParent());
            Files.copy(info, file);
        }
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        try (var files = javac.getStandardFileManager(problems, Locale.ROOT, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "-proc:none",
                    "--release=25",
                    "--add-modules=jdk.incubator.vector",
                    "-Xlint:all,-incubating,-processing,-classfile,-path",
                    "-Werror",
                    "-cp",
                    libraries());
            boolean compiled = javac.getTask(
                            null,
                            new ByRoot(files, root.resolve(TEST), List.of(mainClasses(), testClasses())),
                            problems,
                            options,
                            null,
                            files.getJavaFileObjectsFromPaths(sources()))
                    .call();
            return compiled
                    ? List.of()
                    : problems.getDiagnostics().stream()
                            .map(problem -> problem.toString().replace(root + File.separator, ""))
                            .toList();
        }
    }

    private List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Path folder : List.of(MAIN, TEST)) {
            try (Stream<Path> files = Files.walk(root.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }

    /** Returns the full names of the test classes with a simple name. */
    List<String> classesNamed(String simpleName) throws IOException {
        Path folder = root.resolve(TEST);
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith(simpleName + ".java"))
                    .map(file -> folder.relativize(file).toString().replace(".java", ""))
                    .map(file -> file.replace(File.separatorChar, '.'))
                    .toList();
        }
    }

    /** Returns the command that runs a main class of the copy, with the flags of this process. */
    List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(JavaCommand.of(main, List.of(arguments)));
        command.set(
                command.indexOf("-cp") + 1,
                String.join(
                        File.pathSeparator,
                        mainClasses().toString(),
                        testClasses().toString(),
                        libraries()));
        for (String property : List.of("mojave.test.blas", "mojave.test.processor")) {
            command.add(1, "-D" + property + "=" + System.getProperty(property, ""));
        }
        return command;
    }

    /** Such processes live for seconds, too short for the optimising compiler to pay. */
    private static List<String> quick(List<String> command) {
        List<String> quick = new ArrayList<>(command);
        quick.addAll(1, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        return quick;
    }

    /** Returns the class path of this process without folders, which hold the classes of the original. */
    private static String libraries() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> !Files.isDirectory(Path.of(path)))
                .map(path -> Path.of(path).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Writes a class of src/test into another folder than one of src/main, in a single run of javac. */
    private static final class ByRoot extends ForwardingJavaFileManager<JavaFileManager> {
        private final StandardJavaFileManager files;
        private final String tests;
        private final List<Path> mainAndTest;

        ByRoot(StandardJavaFileManager files, Path tests, List<Path> mainAndTest) {
            super(files);
            this.files = files;
            this.tests = tests.toUri().toString();
            this.mainAndTest = mainAndTest;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject source) throws IOException {
            Path folder = mainAndTest.get(source.toUri().toString().startsWith(tests) ? 1 : 0);
            Path file = folder.resolve(className.replace('.', '/') + kind.extension);
            Files.createDirectories(file.getParent());
            return files.getJavaFileObjects(file).iterator().next();
        }

        @Override
        public boolean hasLocation(Location location) {
            return location != StandardLocation.SOURCE_PATH && super.hasLocation(location);
        }
    }
}
