package dev.mojave.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.files.Hashes;
import dev.mojave.data.DataSpec;
import dev.mojave.data.DataSpecs;
import dev.mojave.data.corpus.DatasetInfo;
import dev.mojave.data.format.DocumentPart;
import dev.mojave.data.source.ReadOptions;
import dev.mojave.data.source.TextFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsTest {
    @TempDir
    Path folder;

    private Path home = Path.of("unset");
    private Datasets datasets = new Datasets(home);

    @BeforeEach
    void home() {
        home = folder.resolve("home");
        datasets = new Datasets(home);
    }

    private Path write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private DatasetInfo add(String name, Path... paths) {
        return datasets.importPaths(name, List.of(paths), ImportOptions.DEFAULTS, Progress.SILENT);
    }

    private static ImportOptions options(Optional<String> text, Optional<String> category, boolean overwrite) {
        return new ImportOptions(text, category, ReadOptions.DEFAULTS, false, overwrite);
    }

    private static void assertFailure(Failure.Kind kind, ThrowingCallable call, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(kind))
                .hasMessageContainingAll(parts);
    }

    private void assertNothingLeft() throws IOException {
        if (Files.isDirectory(home.resolve("data"))) {
            try (Stream<Path> left = Files.list(home.resolve("data"))) {
                assertThat(left).isEmpty();
            }
        }
    }

    @Test
    void aTextFileIsCopiedCountedAndFoundByName() throws IOException {
        Path file = write("sea.txt", "\uFEFFThe sé\nthe \uD83C\uDF0A sea\n");
        DatasetInfo info = add("sea", file);
        assertThat(info.documents()).isEqualTo(1);
        assertThat(info.characters()).isEqualTo(17);
        assertThat(info.bytes()).isEqualTo(21);
        assertThat(info.words()).isEqualTo(5);
        assertThat(info.sha256()).isEqualTo(Hashes.sha256(file));
        Files.delete(file);
        try (PreparedData data = datasets.open(DataSpec.of("sea"), Progress.SILENT)) {
            assertThat(data.checksum()).isEqualTo(info.sha256());
            assertThat(data.train().source()).isEqualTo("sea");
            DatasetDetails details = datasets.show("sea");
            assertThat(details.info()).isEqualTo(info);
            assertThat(details.beginning()).containsExactly("The sé", "the \uD83C\uDF0A sea");
            assertThat(details.stores()).singleElement().satisfies(store -> {
                assertThat(store.folder()).isEqualTo(data.folder().toString());
                assertThat(store.trainTokens()).isEqualTo(data.train().tokens());
                assertThat(store.tokenizer()).isEqualTo("byte");
            });
        }
        assertThat(datasets.list()).extracting(DatasetInfo::name).containsExactly("embedded", "sea");
    }

    @Test
    void aFolderIsAFileADocumentInTheOrderOfNames() throws IOException {
        write("books/b.txt", "second ");
        write("books/a/z.txt", "first ");
        write("books/.hidden/no.txt", "hidden");
        write("books/c.txt", "third");
        DatasetInfo info = add("books", folder.resolve("books"));
        assertThat(info.documents()).isEqualTo(3);
        assertThat(info.files())
                .extracting(DatasetInfo.ImportedFile::name)
                .containsExactly("a/z.txt", "b.txt", "c.txt");
        DataSpec spec = DataSpecs.of("source: books, validation: {tail: 0}");
        try (PreparedData data = datasets.open(spec, Progress.SILENT)) {
            int[] ids = new int[(int) data.train().tokens()];
            data.train().read(0, ids);
            assertThat(data.tokenizer().decode(ids)).isEqualTo("first second third");
            assertThat(ids).hasSize(18 + 3);
        }
    }

    @Test
    void rowsOfCsvAndJsonlBecomeDocumentsWithCategories() throws IOException {
        DatasetInfo agNews =
                add("ag", write("ag.csv", "\"3\",\"A, title\",\"said \"\"so\"\"\nand so\"\n\"4\",\"B\",\"b\"\n"));
        assertThat(agNews.documents()).isEqualTo(2);
        assertThat(agNews.categories()).isEqualTo(Map.of("3", 1L, "4", 1L));
        assertThat(datasets.show("ag").beginning()).containsExactly("A, title", "said \"so\"", "and so", "B", "b");
        DatasetInfo labelled = add("labelled", write("labelled.csv", "\"some text\",3\n\"more, text\",3\n"));
        assertThat(labelled.categories()).isEqualTo(Map.of("3", 2L));
        DatasetInfo header = add("header", write("header.tsv", "id\ttext\tlabel\n1\thello\tgood\n\n2\tbye\t\n"));
        assertThat(header.documents()).isEqualTo(2);
        assertThat(header.categories()).isEqualTo(Map.of("good", 1L));
        DatasetInfo lines = add("lines", write("l.jsonl", "{\"text\": \"x\", \"class\": 7}\n{\"text\": \"y\"}\n"));
        assertThat(lines.categories()).isEqualTo(Map.of("7", 1L));
        ImportOptions named = options(Optional.of("title, body"), Optional.of("desk"), false);
        Path news = write("news.csv", "desk,title,body\nworld,T,B\n");
        assertThat(datasets.importPaths("news", List.of(news), named, Progress.SILENT)
                        .categories())
                .isEqualTo(Map.of("world", 1L));
        assertThat(datasets.show("news").beginning()).containsExactly("T", "B");
        ImportOptions numbered = options(Optional.of("2"), Optional.of("1"), false);
        assertThat(datasets.importPaths("numbered", List.of(news), numbered, Progress.SILENT)
                        .categories())
                .isEqualTo(Map.of("desk", 1L, "world", 1L));
    }

    @Test
    void severalPathsDoNotCollide() throws IOException {
        DatasetInfo info = add("two", write("a/x.txt", "one"), write("b/x.txt", "two"));
        assertThat(info.files()).extracting(DatasetInfo.ImportedFile::name).containsExactly("1/x.txt", "2/x.txt");
        assertThat(info.documents()).isEqualTo(2);
    }

    @Test
    void aNameIsCheckedAndNotTakenTwice() throws IOException {
        Path file = write("a.txt", "one");
        add("a", file);
        assertFailure(Failure.Kind.USAGE, () -> add("a", file), "'a' already exists", "--name", "--overwrite");
        assertFailure(Failure.Kind.USAGE, () -> add("embedded", file), "--name embedded", "comes with Mojave");
        assertFailure(Failure.Kind.USAGE, () -> add("../x", file), "--name '../x'", "letters");
        assertFailure(Failure.Kind.USAGE, () -> add("b"), "nothing to import");
        Files.writeString(file, "other text");
        ImportOptions replace = options(Optional.empty(), Optional.empty(), true);
        assertThat(datasets.importPaths("a", List.of(file), replace, Progress.SILENT)
                        .bytes())
                .isEqualTo(10);
        assertThat(datasets.show("a").info().bytes()).isEqualTo(10);
        try (Stream<Path> left = Files.list(home.resolve("data"))) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void whatIsNotTextIsRefusedWithItsPlace() throws IOException {
        Path empty = write("empty.txt", "");
        assertFailure(Failure.Kind.DATA, () -> add("x", empty), empty + " is empty");
        Path mark = write("mark.txt", "\uFEFF");
        assertFailure(Failure.Kind.DATA, () -> add("x", mark), "mark.txt is empty");
        Path binary = write("b.bin", "ab\ncd\0ef");
        assertFailure(Failure.Kind.DATA, () -> add("x", binary), "b.bin is not text", "line 2", "zero byte");
        Path latin = Files.write(folder.resolve("latin.txt"), "line\nna\u00efve".getBytes(StandardCharsets.ISO_8859_1));
        assertFailure(
                Failure.Kind.DATA,
                () -> add("x", latin),
                "latin.txt is not UTF-8",
                "byte 7 (0xef) on line 2",
                "--encoding ISO-8859-1");
        Path cut = Files.write(folder.resolve("cut.txt"), new byte[] {'a', (byte) 0xe6, (byte) 0xbc});
        assertFailure(Failure.Kind.DATA, () -> add("x", cut), "cut.txt is not UTF-8", "byte 1 (0xe6)");
        assertNothingLeft();
    }

    @Test
    void brokenRowsAreNamedByLine() throws IOException {
        assertRows("a.jsonl", "{\"text\": \"x\"}\n{\"text\": \n", "a.jsonl line 2 is not a JSON object");
        assertRows("b.jsonl", "[1]\n", "b.jsonl line 1 is not a JSON object");
        assertRows("d.jsonl", "{\"text\": 3}\n", "'text' is a number, not a string");
        assertRows("e.jsonl", "\n\n", "e.jsonl is empty");
        assertRows("f.csv", "1,\"open\n", "f.csv line 1 is not CSV", "never closed", "check its quotation marks");
        assertRows("g.csv", "1,a,b\n2\n", "g.csv line 2 has 1 columns, but column 3 is needed");
        Path which = write("h.csv", "alpha,beta\nx,y\n");
        assertFailure(
                Failure.Kind.USAGE,
                () -> add("x", which),
                "which column contains the text? Its first row is [alpha, beta]");
        ImportOptions wrong = options(Optional.of("alpa"), Optional.empty(), false);
        assertFailure(
                Failure.Kind.USAGE,
                () -> datasets.importPaths("x", List.of(which), wrong, Progress.SILENT),
                "text_field 'alpa' is not among the 2 columns",
                "did you mean 'alpha'?");
        ImportOptions category = options(Optional.empty(), Optional.of("kind"), false);
        Path lines = write("i.jsonl", "{\"text\": \"x\"}\n");
        assertFailure(
                Failure.Kind.DATA,
                () -> datasets.importPaths("x", List.of(lines), category, Progress.SILENT),
                "i.jsonl line 1: the category 'kind' is missing",
                "check --category-field (category_field in a recipe)");
        assertNothingLeft();
    }

    private void assertRows(String name, String content, String... parts) throws IOException {
        Path file = write(name, content);
        assertFailure(Failure.Kind.DATA, () -> add("x", file), parts);
    }

    @Test
    void pathsThatCannotBeReadAreTheUsers() throws IOException {
        assertFailure(Failure.Kind.USAGE, () -> add("x", folder.resolve("no.txt")), "no.txt does not exist");
        Path bare = Files.createDirectories(folder.resolve("bare"));
        assertFailure(Failure.Kind.DATA, () -> add("x", bare), "bare has no files");
        Path locked = write("locked.txt", "text");
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("---------"));
        if (!Files.isReadable(locked)) {
            assertFailure(Failure.Kind.USAGE, () -> add("x", locked), "no permission for", "locked.txt");
        }
        assertNothingLeft();
    }

    @Test
    void aSourceThatIsNothingGetsSuggestions() throws IOException {
        add("shakespeare", write("a.txt", "text"));
        assertFailure(
                Failure.Kind.USAGE,
                () -> datasets.open(DataSpec.of("shakespear"), Progress.SILENT),
                "data.source: 'shakespear'",
                "embedded, shakespeare",
                "did you mean 'shakespeare'?",
                "mojave data import");
        assertFailure(
                Failure.Kind.USAGE,
                () -> datasets.show("embeded"),
                "no data set 'embeded'",
                "did you mean 'embedded'?");
        assertFailure(
                Failure.Kind.USAGE, () -> datasets.open(DataSpec.of("a\0b"), Progress.SILENT), "neither a data set");
    }

    @Test
    void anImportedFileThatChangedIsNoticed() throws IOException {
        DatasetInfo info = add("a", write("a.txt", "some text"));
        Path copy = home.resolve("data/a/files/a.txt");
        Files.setLastModifiedTime(copy, FileTime.fromMillis(0));
        assertThat(datasets.show("a").info()).isEqualTo(info);
        Files.writeString(copy, "same size");
        assertFailure(
                Failure.Kind.DATA,
                () -> datasets.open(DataSpec.of("a"), Progress.SILENT),
                "'a' is damaged",
                "a.txt has changed",
                "--name a --overwrite");
        Files.delete(copy);
        assertFailure(Failure.Kind.DATA, () -> datasets.show("a"), "a.txt is missing");
    }

    /** As imported by earlier versions: without recorded options, with quotation marks in TSV that quote cells, and with unchecked rows. */
    @Test
    void aDataSetOfAnEarlierVersionIsReadAsItWasImported() throws IOException {
        Path copy = write("home/data/old/files/old.tsv", "text\tlabel\n\"a\tb\"\t x\nc\tx\tmore\nd\ty\n");
        write(
                "home/data/old/dataset.json",
                String.format(Locale.ROOT, """
                {"version": 1, "name": "old", "documents": 3, "bytes": 5, "characters": 5, "words": 4, "categories": {"x": 2, "y": 1},
                 "text_field": "", "category_field": "", "sha256": "%s", "imported_at": "2026-01-01T00:00:00Z",
                 "imported_from": ["/old.tsv"],
                 "files": [{"name": "old.tsv", "bytes": %d, "modified_millis": 0, "sha256": "%s"}]}
                """, Hashes.sha256(copy), Files.size(copy), Hashes.sha256(copy)));
        List<DocumentPart> parts = new java.util.ArrayList<>();
        datasets.corpus(DataSpec.of("old")).read(parts::add);
        assertThat(parts).extracting(DocumentPart::text).containsExactly("a\tb", "c", "d");
        assertThat(parts).extracting(DocumentPart::category).containsExactly("x", "x", "y");
        assertThat(datasets.show("old").info().taken()).isEmpty();
        assertThat(datasets.list()).extracting(DatasetInfo::name).contains("old");
    }

    @Test
    void aDataSetIsReadAsItsImportWasTold() throws IOException {
        Path file = Files.write(
                folder.resolve("told.dat"), "caf\u00e9;1\nth\u00e9;2\n".getBytes(StandardCharsets.ISO_8859_1));
        ReadOptions reading = new ReadOptions(
                Optional.of(TextFormat.CSV),
                Optional.of("ISO-8859-1"),
                Optional.of(false),
                Optional.of("|"),
                Optional.of(false),
                " ",
                true,
                true);
        datasets.importPaths(
                "told",
                List.of(file),
                new ImportOptions(Optional.empty(), Optional.empty(), reading, false, false),
                Progress.SILENT);
        assertThat(datasets.show("told").info().reading()).isEqualTo(reading);
        assertThat(datasets.show("told").beginning()).containsExactly("caf\u00e9;1", "th\u00e9;2");
    }

    @Test
    void anImportedNameWinsOverAFile() throws IOException {
        Path file = write("words", "from the file");
        add("words", write("other.txt", "imported"));
        assertThat(datasets.corpus(DataSpec.of("words")).bytes()).isEqualTo(8);
        assertThat(datasets.corpus(DataSpec.of(file.toString())).bytes()).isEqualTo(13);
    }

    @Test
    void theEmbeddedCorpusCanBeShown() {
        DatasetDetails details = datasets.show("embedded");
        assertThat(details.info().documents()).isEqualTo(117_791);
        assertThat(details.beginning()).hasSize(5).first().asString().startsWith("entity: that which is perceived");
        assertThat(details.stores()).isEmpty();
    }
}
