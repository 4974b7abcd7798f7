package dev.mojave.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks what the pages refer to: files and headings that links lead to, and methods that the tour names. */
class DocsLinksTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern LINK = Pattern.compile("\\[([^\\]]*)\\]\\(([^)\\s]+)\\)");
    private static final Pattern METHOD = Pattern.compile("`([A-Z]\\w+)[#.]([a-z]\\w*)`");

    /** Top-level classes of the main sources, by simple name. */
    private static final Map<String, List<Path>> CLASSES = classes();

    static Collection<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (Path root : List.of(Path.of("docs"), Path.of("results"), Path.of("examples"))) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        try (Stream<Path> files = Files.list(Path.of(""))) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        return pages.stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(Path page) throws IOException {
        List<String> broken = LINK.matcher(withoutFences(page))
                .results()
                .map(match -> match.group(2))
                .filter(target -> !target.matches("[a-z]+:.*"))
                .filter(target -> !leadsSomewhere(page, target))
                .toList();
        assertThat(broken).as("links of %s that lead nowhere", page).isEmpty();
    }

    @Test
    void theScanFindsLinks() throws IOException {
        assertThat(pages())
                .contains(
                        Path.of("README.md"),
                        Path.of("ARCHITECTURE.md"),
                        Path.of("CONTRIBUTING.md"),
                        Path.of("docs/tour.md"));
        assertThat(LINK.matcher(withoutFences(Path.of("README.md"))).results().count())
                .isGreaterThan(10);
        assertThat(leadsSomewhere(Path.of("docs/tour.md"), "../README.md#results"))
                .isTrue();
        assertThat(leadsSomewhere(Path.of("docs/tour.md"), "../README.md#no-such-heading"))
                .isFalse();
        assertThat(leadsSomewhere(Path.of("docs/tour.md"), "no-such-file.md")).isFalse();
        assertThat(leadsSomewhere(Path.of("docs/tour.md"), "../../outside.md")).isFalse();
    }

    @Test
    void everyMethodOfTheTourExists() throws IOException {
        String text = Files.readString(Path.of("docs/tour.md"));
        List<String> wrong = METHOD.matcher(text)
                .results()
                .filter(match -> !exists(match.group(1), match.group(2)))
                .map(match -> match.group())
                .toList();
        assertThat(wrong).as("methods of docs/tour.md that no class has").isEmpty();
        assertThat(METHOD.matcher(text).results().count()).isGreaterThan(30);
        assertThat(exists("Sampler", "next")).isTrue();
        assertThat(exists("Sampler", "previous")).isFalse();
        assertThat(exists("NoSuchClass", "next")).isFalse();
    }

    @Test
    void aLinkThatNamesAClassLeadsToIt() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path page : pages()) {
            LINK.matcher(withoutFences(page))
                    .results()
                    .filter(match -> match.group(2).endsWith(".java"))
                    .filter(match -> match.group(1).startsWith("`"))
                    .filter(match -> !match.group(1)
                            .substring(1)
                            .replaceAll("\\W.*", "")
                            .equals(String.valueOf(Path.of(match.group(2)).getFileName())
                                    .replace(".java", "")))
                    .forEach(match -> wrong.add(page + ": " + match.group()));
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void theGlossaryIsAlphabeticAndItsReferencesExist() throws IOException {
        String text = Files.readString(Path.of("docs/glossary.md"));
        List<String> entries = Pattern.compile("(?m)^- (\\*\\*.*?\\*\\*(?:, \\*\\*.*?\\*\\*)*)")
                .matcher(text)
                .results()
                .map(match -> match.group(1).replace("*", ""))
                .toList();
        assertThat(entries)
                .hasSizeGreaterThan(60)
                .doesNotHaveDuplicates()
                .isSortedAccordingTo(String.CASE_INSENSITIVE_ORDER);
        Set<String> terms = entries.stream()
                .flatMap(entry -> Arrays.stream(entry.split(", ")))
                .collect(Collectors.toSet());
        List<String> references = Pattern.compile("[Ss]ee (?:also )?\\*([^*]+)\\*")
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(references).isNotEmpty();
        assertThat(terms).containsAll(references);
    }

    private static String withoutFences(Path page) throws IOException {
        return FENCE.matcher(Files.readString(page)).replaceAll("");
    }

    private static boolean leadsSomewhere(Path page, String target) {
        String[] parts = target.split("#", 2);
        Path parent = page.toAbsolutePath().getParent();
        Path file = parts[0].isEmpty()
                ? page.toAbsolutePath()
                : parent.resolve(parts[0]).normalize();
        return file.startsWith(Path.of("").toAbsolutePath())
                && Files.exists(file)
                && (parts.length == 1 || headings(file).contains(parts[1]));
    }

    /** Returns the anchors that GitHub makes of a page's headings. */
    private static Set<String> headings(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("#"))
                    .map(line -> line.replaceFirst("^#+ ", "")
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{N} _-]", "")
                            .replace(' ', '-'))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean exists(String type, String method) {
        List<Path> files = CLASSES.getOrDefault(type, List.of());
        if (files.size() != 1) {
            return false;
        }
        String name = files.getFirst()
                .toString()
                .replace(".java", "")
                .replace('/', '.')
                .replace('\\', '.');
        try {
            return Arrays.stream(Class.forName(name, false, DocsLinksTest.class.getClassLoader())
                            .getDeclaredMethods())
                    .map(Method::getName)
                    .anyMatch(method::equals);
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static Map<String, List<Path>> classes() {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(SOURCES::relativize)
                    .collect(Collectors.groupingBy(
                            file -> String.valueOf(file.getFileName()).replace(".java", ""),
                            TreeMap::new,
                            Collectors.toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
