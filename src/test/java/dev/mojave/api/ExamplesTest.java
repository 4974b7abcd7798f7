package dev.mojave.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the programs in examples/ and runs them as a user would: with the class path and no flags. */
class ExamplesTest {
    @TempDir
    Path folder;

    @Test
    void bothExamplesRunWithoutFlags() throws Exception {
        compile();
        Path text = Files.writeString(folder.resolve("sea.txt"), "The sea is calm. The boat is old.\n".repeat(60));
        Path runs = folder.resolve("runs");
        assertThat(run("TrainAndGenerate", text.toString(), runs.toString()))
                .containsPattern("[1-9]\\d+ parameters; it writes: ");
        assertThat(run("LoadAndGenerate", runs.resolve("example").toString(), "The "))
                .isNotBlank();
    }

    @Test
    void anExampleHasFewerThanTwentyLines() throws Exception {
        assertThat(examples())
                .hasSize(2)
                .allSatisfy(file -> assertThat(Files.readAllLines(file)).hasSizeLessThan(20));
    }

    private static List<Path> examples() throws Exception {
        try (var examples = Files.list(Path.of("examples"))) {
            return examples.toList();
        }
    }

    /** Compiles both programs in this process: starting a compiler for each of them would take seconds. */
    private void compile() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", folder.toString(), "-cp", classPath()));
        examples().forEach(file -> arguments.add(file.toString()));
        int code = ToolProvider.getSystemJavaCompiler()
                .run(InputStream.nullInputStream(), said, said, arguments.toArray(String[]::new));
        assertThat(code).as(said.toString(StandardCharsets.UTF_8)).isZero();
    }

    private String run(String example, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                folder + File.pathSeparator + classPath(),
                example));
        command.addAll(Arrays.asList(arguments));
        Path errors = folder.resolve("errors.txt");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        // The examples leave the choice of engine to calibration, but tests never measure the machine.
        builder.environment().put("MOJAVE_CALIBRATION", "never");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        return out;
    }

    /** Returns the class path without the tests' own classes. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> !path.contains("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
