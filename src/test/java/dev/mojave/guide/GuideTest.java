package dev.mojave.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuideTest {
    private static final String TEST_FILE = """
            **`src/test/java/ATest.java`** is new:

            ```java
            class ATest {}
            ```
            """;
    private static final String TESTS = """
            ```sh
            mvn test -Dtest='ATest,BTest#holds'
            ```
            """;

    private static Guide parse(String... blocks) {
        return Guide.parse("page.md", String.join("\n", blocks));
    }

    @Test
    void aPageIsFilesEditsTestsAndCommands() {
        Guide guide = parse(
                "# Add a part",
                "## Heading",
                "**`src/test/java/x/ATest.java`** is new; it",
                "takes two lines to introduce:",
                "",
                "```java",
                "class ATest {",
                "",
                "}",
                "```",
                "",
                "**`docs/metrics.md`**",
                "",
                "```diff",
                " a",
                "",
                "-b",
                "+c",
                "@@",
                "+d",
                " e",
                "```",
                "Seen by the reader alone:",
                "```text",
                "whatever",
                "```",
                "",
                "**`a.yaml`**, a recipe",
                "```yaml",
                "name: a",
                "```",
                "```sh",
                "mvn test -Dtest='ATest,BTest#holds'",
                "./mojave train a.yaml --set train.steps=3",
                "```");

        assertThat(guide.additions())
                .containsExactly(
                        new Guide.Addition(
                                "page.md", 7, "src/test/java/x/ATest.java", List.of("class ATest {", "", "}")),
                        new Guide.Addition("page.md", 30, "a.yaml", List.of("name: a")));
        assertThat(guide.edits())
                .containsExactly(
                        new Guide.Edit("page.md", 15, "docs/metrics.md", List.of(" a", " ", "-b", "+c")),
                        new Guide.Edit("page.md", 20, "docs/metrics.md", List.of("+d", " e")));
        assertThat(guide.tests()).containsExactly("ATest", "BTest#holds");
        assertThat(guide.commands()).containsExactly(List.of("train", "a.yaml", "--set", "train.steps=3"));
    }

    @Test
    void aPathIsThatOfTheNextBlockAlone() {
        assertThatThrownBy(() -> parse(TEST_FILE, "```java", "class B {}", "```"))
                .isInstanceOf(GuideException.class)
                .hasMessage("docs/extend/page.md:8: the paragraph before a java block must begin with the path of its"
                        + " file: **`src/...`**");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ```diff~+a~```                  | the paragraph before a diff block must begin with the path of its file
            **`a`**~```diff~a~```           | a line of a diff begins with ' ', '-' or '+': a
            **`../a`**~```diff~+a~```       | ../a is not a path from the root of the repository
            **`x/../../a`**~```diff~+a~```  | x/../../a is not a path from the root of the repository
            **`/etc/a`**~```diff~+a~```     | /etc/a is not a path from the root of the repository
            ```sh~rm a~```                  | a sh block holds mvn test
            ```sh~./mojave runs > a~```     | a sh block holds mvn test
            ```sh~mvn test~```              | a sh block holds mvn test
            ```text~a                       | this block has no end
            """)
    void whatCannotBeActedOnIsRefused(String block, String problem) {
        assertThatThrownBy(() -> parse(TEST_FILE, TESTS, block.replace('~', '\n')))
                .isInstanceOf(GuideException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void aPageWithoutATestIsRefused() {
        assertThatThrownBy(() -> parse(TESTS)).hasMessageContaining("docs/extend/page.md:1: the page brings no test");
    }

    @Test
    void aTestThatIsNotRunIsRefused() {
        assertThatThrownBy(() -> parse(TEST_FILE, TESTS.replace("ATest", "CTest")))
                .hasMessageContaining("mvn test -Dtest='...' of the page must name [ATest] too");
    }
}
