package dev.mojave.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildInfoTest {
    @TempDir
    Path folder;

    @Test
    void theBuildRecordsItsVersion() {
        assertThat(BuildInfo.recorded().version()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(BuildInfo.recorded().commit()).isNotEmpty().doesNotContain("${");
    }

    @Test
    void aFolderOutsideGitHasNoCommit() {
        assertThat(BuildInfo.checkout(folder)).isEmpty();
    }

    @Test
    void changedSourcesMakeTheCommitDirtyAndOtherFilesDoNot() throws Exception {
        git("init", "-q");
        Path pom = Files.writeString(folder.resolve("pom.xml"), "one");
        Files.writeString(folder.resolve("notes.txt"), "one");
        git("add", ".");
        git("-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "one");

        Files.writeString(folder.resolve("notes.txt"), "two");
        String clean = BuildInfo.checkout(folder).orElseThrow();
        assertThat(clean).matches("[0-9a-f]{12}");

        Files.writeString(pom, "two");
        assertThat(BuildInfo.checkout(folder)).contains(clean + "-dirty");
    }

    private void git(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 3];
        command[0] = "git";
        command[1] = "-C";
        command[2] = folder.toString();
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
