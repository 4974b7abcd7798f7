package dev.mojave.guide;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Compiles the examples in the documentation of classes: what a snippet contains is Java; formulas are in {@code <pre>} blocks. */
class JavadocExamplesTest {
    private static final Path MAIN = Path.of("src", "main", "java");
    private static final Pattern SNIPPET =
            Pattern.compile("\\{@snippet :\n(.*?)\n *\\* \\}\n(?! *\\* \\})", Pattern.DOTALL);
    private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);

    /** The imports and variables that an example can use. */
    private static final String CONTEXT = """
            package %s;

            import com.fasterxml.jackson.annotation.JsonPropertyOrder;
            import dev.mojave.api.*;
            import dev.mojave.tensor.*;
            import java.nio.file.Path;

            class Example {
                Tensor a, b, c;
            %s
            }
            """;

    /** A body of declarations, of statements, and of statements that return a value. */
    private static final List<String> BODIES =
            List.of("%s", "void example() throws Exception {\n%s\n}", "Object example() throws Exception {\n%s\n}");

    private record Example(String file, String body) {}

    @Test
    void everyExampleCompiles() throws IOException {
        assertThat(examples())
                .hasSizeGreaterThanOrEqualTo(3)
                .allSatisfy(example -> assertThat(errors(example.body))
                        .as(example.file + "\n" + example.body)
                        .isEmpty());
    }

    @Test
    void anExampleThatDoesNotCompileIsFound() {
        assertThat(errors("package p;\ntry (Scope _ = Scope.open()) {\n    return scope.keep(a);\n}"))
                .hasValueSatisfying(error -> assertThat(error).contains("scope"));
    }

    private static List<Example> examples() throws IOException {
        try (Stream<Path> files = Files.walk(MAIN)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(JavadocExamplesTest::examples)
                    .toList();
        }
    }

    private static Stream<Example> examples(Path file) {
        try {
            String text = Files.readString(file);
            Matcher declared = PACKAGE.matcher(text);
            String inPackage = declared.find() ? declared.group() + "\n" : "";
            return SNIPPET.matcher(text)
                    .results()
                    .map(found -> new Example(
                            file.toString(),
                            inPackage
                                    + found.group(1)
                                            .lines()
                                            .map(line -> line.replaceFirst("^ *\\* ?", ""))
                                            .collect(Collectors.joining("\n"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the errors of the best reading of an example; empty if it compiles. */
    private static Optional<String> errors(String example) {
        String[] parts = example.split(";\n", 2);
        String inPackage = parts[0].substring("package ".length());
        Optional<String> last = Optional.empty();
        for (String body : BODIES) {
            last = compile(CONTEXT.replaceFirst("%s", inPackage).replace("%s", body.replace("%s", parts[1])));
            if (last.isEmpty()) {
                return last;
            }
        }
        return last;
    }

    private static Optional<String> compile(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options = List.of("-proc:none", "-cp", System.getProperty("java.class.path", ""));
        try {
            ((JavacTask) compiler.getTask(null, null, problems, options, null, List.of(file))).analyze();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return problems.getDiagnostics().stream()
                .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                .map(Diagnostic::toString)
                .reduce((one, other) -> one + "\n" + other);
    }
}
