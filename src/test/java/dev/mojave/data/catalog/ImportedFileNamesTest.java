package dev.mojave.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Progress;
import dev.mojave.data.DataSpec;
import dev.mojave.data.corpus.DatasetInfo;
import dev.mojave.data.source.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ImportedFileNamesTest {
    @TempDir
    Path folder;

    private static List<String> names(String... originals) {
        List<SourceFile> files = IntStream.range(0, originals.length)
                .mapToObj(i -> new SourceFile(Path.of("file" + i), originals[i]))
                .toList();
        List<SourceFile> copies = ImportedFileNames.distinct(files);
        assertThat(copies.stream().map(SourceFile::path))
                .isEqualTo(files.stream().map(SourceFile::path).toList());
        return copies.stream().map(SourceFile::name).toList();
    }

    @Test
    void readableNamesStayWhateverTheirLetters() {
        assertThat(names("Märchen.txt", "1/a b.jsonl", "1/c/\uD83C\uDF0A.csv", "2/a b.jsonl", "-x", "no ending"))
                .containsExactly(
                        "Märchen.txt", "1/a b.jsonl", "1/c/\uD83C\uDF0A.csv", "2/a b.jsonl", "-x", "no ending");
    }

    @Test
    void namesThatReadTheSameGetDifferentPlainOnes() {
        assertThat(names("M\uFFFDrchen.txt", "M\uFFFDrchen.txt", "M_rchen-2.txt", "d\uFFFD/x.csv", "d\uFFFD/x.csv"))
                .containsExactly("M_rchen.txt", "M_rchen-3.txt", "M_rchen-2.txt", "d__x.csv", "d__x-2.csv");
    }

    @Test
    void namesThatAreOneElsewhereDiffer() {
        assertThat(names("A.txt", "a.txt", "e\u0301.txt", "\u00E9.txt", "I.txt", "i.txt"))
                .containsExactly("A.txt", "a-2.txt", "e\u0301.txt", "_.txt", "I.txt", "i-2.txt");
        assertThat(names("Notes/x.txt", "notes")).containsExactly("Notes/x.txt", "notes-2");
        assertThat(names("notes", "Notes/x.txt")).containsExactly("notes", "Notes_x.txt");
    }

    @Test
    void halfASurrogatePairAndNamesThatGrowTooLongAreReplaced() {
        assertThat(names("x\uD83C.jsonl")).containsExactly("x_.jsonl");
        assertThat(names("\uFFFD".repeat(250) + ".txt").getFirst())
                .hasSizeLessThan(150)
                .endsWith(".txt");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "names are UTF-16 there")
    void filesWhoseNamesAreNotUtf8AreBothImported() throws IOException, InterruptedException {
        Path tales = Files.createDirectories(folder.resolve("tales"));
        new ProcessBuilder(
                        "sh",
                        "-c",
                        "printf 'one\\n' > \"$(printf 'M\\344rchen.txt')\"; printf 'two\\n' > \"$(printf 'M\\366rchen.txt')\"")
                .directory(tales.toFile())
                .start()
                .waitFor();
        try (Stream<Path> files = Files.list(tales)) {
            assertThat(files).as("a file system that keeps bytes").hasSize(2);
        }
        Datasets datasets = new Datasets(folder.resolve("home"));
        DatasetInfo info = datasets.importPaths("tales", List.of(tales), ImportOptions.DEFAULTS, Progress.SILENT);
        assertThat(info.files().stream().map(DatasetInfo.ImportedFile::name))
                .containsExactly("M_rchen.txt", "M_rchen-2.txt");
        List<String> texts = new ArrayList<>();
        for (DatasetInfo.ImportedFile file : info.files()) {
            texts.add(Files.readString(folder.resolve("home/data/tales/files").resolve(file.name())));
        }
        assertThat(texts).containsExactly("one\n", "two\n");
        try (PreparedData data = datasets.open(DataSpec.of("tales"), Progress.SILENT)) {
            assertThat(data.checksum()).isEqualTo(info.sha256());
        }
    }
}
