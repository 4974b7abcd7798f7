package dev.mojave.tensor.engine.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedLibrariesTest {
    @TempDir
    Path folder;

    private Path cache;
    private Path torch;
    private Path blas;
    private Path link;
    private Path jar;
    private final List<String> loaded = new ArrayList<>();

    @BeforeEach
    void unpack() throws IOException {
        cache = Files.createDirectory(folder.resolve("cache"));
        torch = Files.writeString(
                Files.createDirectories(cache.resolve("torch.jar")).resolve("libjnitorch.so"), "torch");
        Files.writeString(torch.resolveSibling("libjnijavacpp.so"), "glue");
        Files.writeString(torch.resolveSibling("libtorch_cpu.so"), "cpu");
        blas = Files.writeString(
                Files.createDirectories(cache.resolve("blas.jar")).resolve("libmkl_core.so.2"), "blas");
        link = Files.createSymbolicLink(torch.resolveSibling("libblas.so"), blas);
        jar = Files.writeString(folder.resolve("pytorch-2-linux.jar"), "jar");
    }

    private UnpackedLibraries unpacked(String choice) {
        String classPath = folder.resolve("other.jar") + File.pathSeparator + jar;
        return UnpackedLibraries.of(cache, classPath, choice).orElseThrow();
    }

    private void remember() {
        unpacked("mkl")
                .remember(List.of(
                        torch.toString(),
                        blas.toString(),
                        torch.resolveSibling("libjnijavacpp.so").toString(),
                        torch.resolveSibling("libtorch_cpu.so").toString(),
                        blas.toString()));
    }

    private void assertRefused() {
        assertThat(unpacked("mkl").load(loaded::add)).isFalse();
        assertThat(loaded).isEmpty();
    }

    @Test
    void listedLibrariesAreLoadedAgainInTheOrderThatTheLinkerNeeds() {
        assertRefused();
        remember();
        assertThat(unpacked("mkl").load(loaded::add)).isTrue();
        assertThat(loaded)
                .containsExactly(
                        blas.toString(),
                        torch.resolveSibling("libtorch_cpu.so").toString(),
                        torch.resolveSibling("libjnijavacpp.so").toString(),
                        torch.toString());
    }

    @Test
    void anotherChoiceOrOtherJarsAreNotRemembered() throws IOException {
        remember();
        assertThat(unpacked("openblas").load(loaded::add)).isFalse();
        Files.writeString(jar, "another jar");
        assertRefused();
        assertThat(UnpackedLibraries.of(cache, folder.resolve("classes").toString(), "mkl"))
                .isEmpty();
        assertThat(UnpackedLibraries.of(
                        cache, folder.resolve("pytorch-gone.jar").toString(), "mkl"))
                .isEmpty();
    }

    @Test
    void aLinkThatPointsElsewhereIsRefused() throws IOException {
        remember();
        Files.delete(link);
        Files.createSymbolicLink(link, Files.writeString(blas.resolveSibling("libother.so"), "blas"));
        assertRefused();
    }

    @Test
    void aFileCutShortIsRefused() throws IOException {
        remember();
        Files.writeString(torch, "tor");
        assertRefused();
    }

    @Test
    void aFileReplacedIsRefused() throws IOException {
        remember();
        Files.setLastModifiedTime(torch, FileTime.from(Instant.EPOCH));
        assertRefused();
    }

    @Test
    void aFileGoneIsRefused() throws IOException {
        remember();
        Files.delete(blas);
        assertRefused();
    }

    @Test
    void aDamagedListIsRefused() throws IOException {
        remember();
        try (var files = Files.list(cache)) {
            Path list = files.filter(Files::isRegularFile).findFirst().orElseThrow();
            List<String> lines = Files.readAllLines(list);
            Files.write(list, lines.subList(0, lines.size() - 1));
            assertRefused();
            Files.writeString(list, "");
            assertRefused();
        }
    }

    @Test
    void aLibraryThatDoesNotLoadLeavesTheRestToJavaCpp() {
        remember();
        assertThat(unpacked("mkl").load(library -> {
                    throw new UnsatisfiedLinkError(library);
                }))
                .isFalse();
    }

    @Test
    void aCacheThatCannotBeWrittenIsNoFailure() throws IOException {
        UnpackedLibraries gone = unpacked("mkl");
        Files.move(cache, folder.resolve("elsewhere"));
        gone.remember(List.of(torch.toString()));
        assertRefused();
    }
}
