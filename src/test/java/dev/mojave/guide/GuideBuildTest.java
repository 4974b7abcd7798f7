package dev.mojave.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuideBuildTest {
    @TempDir
    Path root;

    @BeforeEach
    void folders() throws IOException {
        for (String folder : new String[] {"src/main/resources", "src/test/resources", "recipes"}) {
            Files.createDirectories(root.resolve(folder));
        }
        write(
                "src/main/java/a/A.java",
                "package a; public sealed interface A permits A.B { record B() implements A {} }");
        write("src/test/java/a/ATest.java", "package a; class ATest { class Inner {} }");
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void classesStandWhereMavenWouldPutThem() throws Exception {
        GuideBuild build = new GuideBuild(root);
        build.compile();
        assertThat(root.resolve("target/classes/a/A$B.class")).exists();
        assertThat(root.resolve("target/test-classes/a/ATest$Inner.class")).exists();
        assertThat(root.resolve("target/classes/a/ATest.class")).doesNotExist();
        assertThat(build.classesNamed("ATest")).containsExactly("a.ATest");
        assertThat(build.classesNamed("BTest")).isEmpty();
    }

    @Test
    void whatDoesNotCompileIsNamedByItsPath() throws Exception {
        write("src/main/java/a/C.java", "package a; class C { int c(A a) { return switch (a) {}; } }");
        assertThatThrownBy(() -> new GuideBuild(root).compile())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("do not compile")
                .hasMessageContaining("src/main/java/a/C.java:1: error:");
    }

    @Test
    void warningsFailToo() throws Exception {
        write("src/test/java/a/BTest.java", "package a; class BTest { java.util.List raw; }");
        assertThatThrownBy(() -> new GuideBuild(root).compile())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("src/test/java/a/BTest.java:1: warning: [rawtypes]");
    }
}
