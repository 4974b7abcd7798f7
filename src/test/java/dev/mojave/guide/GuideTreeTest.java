package dev.mojave.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuideTreeTest {
    private static final String ORIGINAL = "one\ntwo\nthree\n\nfour\ntwo\n";

    @TempDir
    Path root;

    @BeforeEach
    void original() throws IOException {
        Files.writeString(root.resolve("a.txt"), ORIGINAL);
    }

    /** A page that edits a.txt; {@code ~} ends a line. */
    private static Guide editing(String page, String... hunks) {
        List<Guide.Edit> edits = Arrays.stream(hunks)
                .map(hunk -> new Guide.Edit(page, 3, "a.txt", List.of(hunk.split("~"))))
                .toList();
        return new Guide(page, List.of(), edits, Set.of(), List.of());
    }

    private static Guide adding(String page, String path) {
        return new Guide(
                page,
                List.of(new Guide.Addition(page, 7, path, List.of("x", "", "y"))),
                List.of(),
                Set.of(),
                List.of());
    }

    private String applied(Guide... guides) throws IOException {
        new GuideTree(root).apply(List.of(guides));
        return Files.readString(root.resolve("a.txt"));
    }

    @Test
    void editsKeepTheRestAsItIs() throws IOException {
        assertThat(applied(editing("p.md", " one~-two~+2~+zwei~ three~ ~+x~ four")))
                .isEqualTo("one\n2\nzwei\nthree\n\nx\nfour\ntwo\n");
    }

    @Test
    void editsAreFoundInTheOriginalWhateverCameBefore() throws IOException {
        assertThat(applied(editing("p.md", " four~+two~ two", "-one~ two", "+three~ three")))
                .isEqualTo("two\nthree\nthree\n\nfour\ntwo\ntwo\n");
    }

    @Test
    void newFilesAppearInNewFolders() throws IOException {
        assertThat(applied(adding("p.md", "b/c/d.txt"))).isEqualTo(ORIGINAL);
        assertThat(root.resolve("b/c/d.txt")).hasContent("x\n\ny\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ' one~+x~ three'  | a.txt has no such lines (any more), from: three
            -five             | a.txt has no such lines (any more), from: five
            ' two~+x'         | a.txt has these lines 2 times: add lines of context
            +x                | a diff needs a line of context, or one that it removes
            ' one~ two'       | this diff of a.txt changes nothing
            """)
    void anEditThatDoesNotFitIsRefused(String hunk, String problem) throws IOException {
        assertThatThrownBy(() -> applied(adding("n.md", "b.txt"), editing("p.md", hunk)))
                .isInstanceOf(GuideException.class)
                .hasMessage("docs/extend/p.md:3: " + problem);
        assertUntouched();
    }

    private void assertUntouched() throws IOException {
        assertThat(root.resolve("a.txt")).hasContent(ORIGINAL);
        try (Stream<Path> files = Files.list(root)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aFileThatIsNotThereIsNotEdited() throws IOException {
        Files.delete(root.resolve("a.txt"));
        assertThatThrownBy(() -> applied(editing("p.md", "-one")))
                .hasMessage("docs/extend/p.md:3: there is no file a.txt");
    }

    @Test
    void aFileThatIsThereIsNotReplaced() throws IOException {
        assertThatThrownBy(() -> applied(adding("p.md", "a.txt")))
                .hasMessage("docs/extend/p.md:7: a.txt exists already: show the edit as a diff");
        assertUntouched();
    }

    @Test
    void twoPagesDoNotAddTheSameFile() {
        assertThatThrownBy(() -> applied(adding("p.md", "b.txt"), adding("q.md", "b.txt")))
                .hasMessage("docs/extend/q.md:7: b.txt is added by two blocks or pages");
    }

    @ParameterizedTest
    @CsvSource({
        "-one,-one~-two~ three", // removed by both
        "' one~+x~ two','+y~ two~ three'", // both add at one place
        "' one~+x~ two','-two~ three'" // one adds where the other removes
    })
    void twoPagesDoNotChangeTheSameLines(String first, String second) throws IOException {
        assertThatThrownBy(() -> applied(editing("p.md", first), editing("q.md", second)))
                .isInstanceOf(GuideException.class)
                .hasMessageMatching(
                        "docs/extend/[pq].md:3: a.txt: docs/extend/[pq].md:3 changes the same lines, from line [12]");
        assertUntouched();
    }

    @Test
    void twoPagesMayChangeLinesSideBySide() throws IOException {
        assertThat(applied(editing("p.md", " one~+x~ two"), editing("q.md", "-one~+y")))
                .startsWith("y\nx\ntwo\n");
    }

    @Test
    void theSameChangeByTwoPagesIsOne() throws IOException {
        assertThat(applied(editing("p.md", " one~+x~ two"), editing("q.md", " one~+x~ two~ three")))
                .isEqualTo("one\nx\ntwo\nthree\n\nfour\ntwo\n");
    }
}
