package dev.mojave.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Failure;
import dev.mojave.data.catalog.Imports;
import dev.mojave.data.corpus.DatasetInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Links, pipes and folders as sources. */
class SourceTreeTest {
    @TempDir
    Path folder;

    private Imports imports = new Imports(Path.of("unset"));

    @BeforeEach
    void imports() {
        imports = new Imports(folder);
    }

    private void link(String name, String target) throws IOException {
        Path link = folder.resolve(name);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(target));
    }

    @Test
    void aNamedLinkIsFollowed() throws IOException {
        imports.write("real/a.txt", "alpha");
        link("link", "real");
        link("file", "real/a.txt");
        link("nothing", "real/no.txt");
        assertThat(imports.texts(folder.resolve("link"))).containsExactly("alpha");
        assertThat(imports.texts(folder.resolve("file"))).containsExactly("alpha");
        assertThat(imports.documents(folder.resolve("link").toString())).hasSize(1);
        imports.refused(
                Failure.Kind.USAGE,
                folder.resolve("nothing"),
                "nothing is a link to real/no.txt, which does not exist");
    }

    @Test
    void linksToFoldersOutsideAreRefusedByNameOrFollowedWhenAsked() throws IOException {
        imports.write("real/a.txt", "alpha");
        imports.write("elsewhere/deep/b.txt", "beta");
        link("real/more", "../elsewhere");
        Path real = folder.resolve("real");
        imports.refused(
                Failure.Kind.USAGE, real, "real/more is a link to a folder outside", "elsewhere", "--follow-links");
        DatasetInfo info = imports.followLinks().add(real);
        assertThat(info.files()).extracting(DatasetInfo.ImportedFile::name).containsExactly("a.txt", "more/deep/b.txt");
        assertThat(info.notes()).isEmpty();
        // Links to files are followed wherever they lead, as the Hugging Face cache requires.
        imports.write("blobs/1", "gamma");
        link("snapshot/c.txt", "../blobs/1");
        assertThat(imports.texts(folder.resolve("snapshot"))).containsExactly("gamma");
    }

    @Test
    void cyclesAreRefusedByName() throws IOException {
        imports.write("real/sub/a.txt", "alpha");
        link("real/sub/up", "..");
        imports.refused(
                Failure.Kind.USAGE,
                folder.resolve("real"),
                "real/sub/up is a link to ..",
                "following it would never end");
        Files.delete(folder.resolve("real/sub/up"));
        link("real/sub/above", "../..");
        imports.followLinks()
                .refused(Failure.Kind.USAGE, folder.resolve("real"), "above", "following it would never end");
        Files.delete(folder.resolve("real/sub/above"));
        imports.write("other/b.txt", "beta");
        link("other/back", "../real");
        link("real/other", "../other");
        imports.followLinks()
                .refused(Failure.Kind.USAGE, folder.resolve("real"), "other/back", "following it would never end");
    }

    @Test
    void aFileThatLinksRepeatIsReadOnceAndReported() throws IOException {
        imports.write("real/2024/a.txt", "alpha");
        imports.write("real/.store/b.txt", "beta");
        link("real/latest", "2024");
        link("real/copy.txt", "2024/a.txt");
        link("real/hidden", ".store");
        link("real/lost", "no.txt");
        DatasetInfo info = imports.add(folder.resolve("real"));
        assertThat(info.files())
                .extracting(DatasetInfo.ImportedFile::name)
                .containsExactly("2024/a.txt", "hidden/b.txt");
        assertThat(info.notes())
                .containsExactly(
                        "left out 1 hidden file or folder of " + folder.resolve("real"),
                        "left out 2 links to files that are read anyway: copy.txt is a link to 2024/a.txt",
                        "left out 1 entry that cannot be read: lost is a link to no.txt, which does not exist");
    }

    @Test
    void oneEmptyFileDoesNotRefuseAFolder() throws IOException {
        imports.write("real/a.txt", "alpha");
        imports.write("real/b.txt", "");
        imports.write("real/c.jsonl", "{\"text\": \"\"}\n");
        DatasetInfo info = imports.add(folder.resolve("real"));
        assertThat(info.documents()).isEqualTo(1);
        assertThat(info.files()).extracting(DatasetInfo.ImportedFile::name).containsExactly("a.txt");
        assertThat(info.notes())
                .containsExactly("left out 2 files without text, the first b.txt", "left out 1 row without text");
        assertThat(folder.resolve("home/data/set/files/b.txt")).doesNotExist();
        assertThat(imports.documents(folder.resolve("real").toString())).hasSize(1);
        imports.write("bare/a.txt", "");
        imports.write("bare/b.txt", "");
        imports.refused(Failure.Kind.DATA, folder.resolve("bare"), "all 2 files are empty");
    }

    @Test
    @Timeout(60)
    void aPipeIsReadOnceToItsEnd() throws Exception {
        Path pipe = folder.resolve("pipe");
        Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assertThat(made.waitFor(20, TimeUnit.SECONDS) && made.exitValue() == 0).isTrue();
        String text = "many words, more than a pipe holds at once\n".repeat(10_000);
        Thread writer = Thread.ofVirtual().start(() -> {
            try {
                Files.writeString(pipe, text);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(String.join("", imports.texts(pipe))).isEqualTo(text);
        writer.join();
        // A pipe inside a folder is not waited for, and a recipe cannot read a pipe twice.
        imports.write("with/a.txt", "alpha");
        Files.move(pipe, folder.resolve("with/pipe"));
        assertThat(imports.add(folder.resolve("with")).notes())
                .containsExactly("left out 1 entry that cannot be read: pipe is neither a file nor a folder");
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> imports.documents(folder.resolve("with/pipe").toString())))
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll("is a pipe or a device", "mojave data import", "--name NAME");
    }

    @Test
    void devicesAreRefused() {
        imports.refused(Failure.Kind.USAGE, Path.of("/dev/zero"), "/dev/zero is a device, not a file");
    }
}
