package dev.mojave.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Does what the pages of docs/extend say, on a copy of the sources: nothing but the files on a page is changed. */
class ExtensionGuidesTest {
    private static final Path PAGES = Path.of("docs", "extend");
    private static final String INDEX = "README.md";
    private static final int MINUTES = 5;

    private static List<Guide> guides = List.of();

    @BeforeAll
    static void read() throws IOException {
        List<Guide> all = new ArrayList<>();
        try (Stream<Path> pages = Files.list(PAGES)) {
            for (Path page : pages.sorted().toList()) {
                String name = page.getFileName().toString();
                if (name.endsWith(".md") && !name.equals(INDEX)) {
                    all.add(Guide.parse(name, Files.readString(page)));
                }
            }
        }
        guides = List.copyOf(all);
    }

    @Test
    void theIndexListsEveryPage() throws IOException {
        assertThat(guides).isNotEmpty();
        String index = Files.readString(PAGES.resolve(INDEX));
        assertThat(guides).allSatisfy(guide -> assertThat(index).contains("](" + guide.page() + ")"));
    }

    /** All pages in one copy, compiled once: that they do not get in each other's way is part of what is checked. */
    @TestFactory
    Stream<DynamicNode> whatThePagesSayCompilesAndRuns(@TempDir Path root) throws Exception {
        GuideBuild build = GuideBuild.copy(root);
        new GuideTree(root).apply(guides);
        build.compile();
        Map<String, String> outcomes = run(build);
        List<DynamicNode> pages = new ArrayList<>();
        for (Guide guide : guides) {
            List<DynamicTest> tests = new ArrayList<>();
            for (String task : tasks(build, List.of(guide))) {
                String outcome = outcomes.getOrDefault(task, "the process ended before it");
                tests.add(dynamicTest(task, () -> assertThat(outcome).isEmpty()));
            }
            pages.add(dynamicContainer(guide.page(), tests));
        }
        return pages.stream();
    }

    /** A page does not live on what another one brings. */
    @Tag("slow")
    @TestFactory
    Stream<DynamicTest> everyPageCompilesAlone(@TempDir Path folder) {
        return guides.stream()
                .map(guide -> dynamicTest(guide.page(), () -> {
                    GuideBuild build = GuideBuild.copy(Files.createDirectory(folder.resolve(guide.page())));
                    new GuideTree(build.root()).apply(List.of(guide));
                    build.compile();
                }));
    }

    private static Set<String> tasks(GuideBuild build, List<Guide> of) throws IOException {
        Set<String> tasks = new LinkedHashSet<>();
        for (Guide guide : of) {
            for (String test : guide.tests()) {
                String[] classAndMethod = test.split("#", 2);
                List<String> classes = build.classesNamed(classAndMethod[0]);
                if (classes.size() != 1) {
                    throw new GuideException(
                            guide.page(), 1, "there are " + classes.size() + " test classes " + classAndMethod[0]);
                }
                tasks.add(test.replace(classAndMethod[0], classes.getFirst()));
            }
            guide.commands().forEach(command -> tasks.add("./mojave " + String.join(" ", command)));
        }
        return tasks;
    }

    /** Runs the tasks of every other page in one process and those of the rest in another, side by side. */
    private static Map<String, String> run(GuideBuild build) throws Exception {
        List<Set<String>> halves = List.of(new LinkedHashSet<>(), new LinkedHashSet<>());
        for (int i = 0; i < guides.size(); i++) {
            halves.get(i % 2).addAll(tasks(build, guides.subList(i, i + 1)));
        }
        halves.get(1).removeAll(halves.get(0));
        Path work = Files.createDirectory(build.root().resolve("target").resolve("guides"));
        List<Process> processes = new ArrayList<>();
        Map<String, String> outcomes = new HashMap<>();
        try {
            for (int i = 0; i < halves.size(); i++) {
                processes.add(start(build, work, i, halves.get(i)));
            }
            for (int i = 0; i < halves.size(); i++) {
                assertThat(processes.get(i).waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
                Path results = work.resolve(i + "-results.txt");
                if (!halves.get(i).isEmpty()) {
                    assertThat(results)
                            .as(Files.readString(work.resolve(i + "-output.txt")))
                            .exists();
                    outcomes.putAll(GuideRunner.outcomes(results));
                }
            }
            return outcomes;
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static Process start(GuideBuild build, Path work, int number, Set<String> tasks) throws IOException {
        return new ProcessBuilder(build.java(
                        GuideRunner.class,
                        Files.write(work.resolve(number + "-tasks.txt"), tasks).toString(),
                        work.resolve(number + "-results.txt").toString()))
                .directory(build.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve(number + "-output.txt").toFile())
                .start();
    }
}
