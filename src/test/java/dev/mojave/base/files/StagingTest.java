package dev.mojave.base.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
    @TempDir
    Path folder;

    private List<String> content(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void onlyPublishedFilesRemain() throws IOException {
        Path target = folder.resolve("a/b");
        try (Staging staging = Staging.folder(target, false)) {
            Files.writeString(staging.place().resolve("x"), "1");
            assertThat(target).doesNotExist();
            staging.publish();
        }
        assertThat(content(folder.resolve("a"))).containsExactly("b");
        assertThat(content(target)).containsExactly("x");
        try (Staging staging = Staging.file(target.resolve("x"))) {
            Files.writeString(staging.place(), "2");
            assertThat(target.resolve("x")).hasContent("1");
            staging.publish();
        }
        assertThat(content(target)).containsExactly("x");
        assertThat(target.resolve("x")).hasContent("2");
    }

    @Test
    void unpublishedFilesLeaveNothingBehind() throws IOException {
        Path old = Files.createDirectory(folder.resolve("old"));
        Files.writeString(old.resolve("x"), "1");
        for (Path target : List.of(folder.resolve("new/and/deep"), old)) {
            assertThatThrownBy(() -> {
                        try (Staging staging = Staging.folder(target, true)) {
                            Files.writeString(staging.place().resolve("x"), "2");
                            throw new IOException("No space left on device");
                        }
                    })
                    .hasMessage("No space left on device");
        }
        try (Staging staging = Staging.file(folder.resolve("new/file"))) {
            Files.writeString(staging.place(), "2");
        }
        assertThat(content(folder)).containsExactly("old");
        assertThat(old.resolve("x")).hasContent("1");
    }

    @Test
    void aFolderIsReplacedWhole() throws IOException {
        Path old = Files.createDirectory(folder.resolve("old"));
        Files.writeString(old.resolve("x"), "1");
        try (Staging staging = Staging.folder(old, true)) {
            Files.writeString(staging.place().resolve("y"), "2");
            assertThat(content(old)).containsExactly("x");
            staging.publish();
        }
        assertThat(content(old)).containsExactly("y");
        assertThat(content(folder)).containsExactly("old");
    }

    @Test
    void anEmptyFolderStaysTheSame() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        try (Staging staging = Staging.folder(link, false)) {
            Files.writeString(staging.place().resolve("config.json"), "1");
            Files.createDirectory(staging.place().resolve("x"));
        }
        assertThat(content(real)).isEmpty();
        try (Staging staging = Staging.folder(link, false)) {
            Files.writeString(staging.place().resolve("config.json"), "1");
            Files.createDirectory(staging.place().resolve("x"));
            staging.publish("config.json");
        }
        assertThat(link).isSymbolicLink();
        assertThat(content(real)).containsExactly("config.json", "x");
        assertThat(content(folder)).containsExactly("link", "real");
    }

    /** The process ends while it writes, as after Ctrl-C. */
    @Test
    void anEndingProcessLeavesNothingBehind() throws IOException, InterruptedException {
        for (int code : new int[] {130, -1}) {
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Child.class.getName(),
                            folder.resolve("new/model").toString(),
                            String.valueOf(code))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(child.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
            if (code == 130) {
                assertThat(child.exitValue()).as(said).isEqualTo(130);
                assertThat(content(folder)).isEmpty();
            } else {
                // A killed process cannot clean up; the next one that writes there does.
                assertThat(content(folder.resolve("new")))
                        .hasSize(1)
                        .first()
                        .asString()
                        .startsWith(".model.");
            }
        }
        try (Staging _ = Staging.folder(folder.resolve("new/model"), false)) {
            assertThat(content(folder.resolve("new")))
                    .containsExactly(".model." + ProcessHandle.current().pid() + ".writing");
        }
        assertThat(content(folder.resolve("new"))).isEmpty();
    }

    /** Keeps writing until it ends itself. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            Path target = Path.of(arguments[0]);
            int code = Integer.parseInt(arguments[1]);
            try (Staging staging = Staging.folder(target, false)) {
                AtomicFiles.write(staging.place().resolve("first"), "x");
                Thread.ofPlatform().start(() -> end(code));
                for (int i = 0; i < 1_000_000; i++) {
                    AtomicFiles.write(staging.place().resolve("file" + i % 9), "x");
                }
            }
        }

        private static void end(int code) {
            if (code < 0) {
                Runtime.getRuntime().halt(1);
            }
            System.exit(code);
        }
    }
}
