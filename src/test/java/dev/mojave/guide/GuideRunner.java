package dev.mojave.guide;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs test classes and commands in a process that has the classes of a {@link GuideBuild}, and writes down what became of each. */
final class GuideRunner {
    private static final String COMMAND = "./mojave ";

    private GuideRunner() {}

    /** Runs each line of the first file, a class, a method or a {@code ./mojave} command, and appends its line to the second. */
    public static void main(String[] arguments) throws Exception {
        run(Files.readAllLines(Path.of(arguments[0])), Path.of(arguments[1]));
        System.exit(0);
    }

    static void run(List<String> tasks, Path results) throws Exception {
        Launcher launcher = LauncherFactory.create();
        for (String task : tasks) {
            long start = System.nanoTime();
            String outcome;
            if (task.startsWith(COMMAND)) {
                GuideCommands.set(List.of(task.substring(COMMAND.length()).split(" ")));
                outcome = run(launcher, selectClass(GuideCommands.class));
            } else {
                outcome = run(launcher, task.contains("#") ? method(task) : selectClass(task));
            }
            Files.writeString(
                    results,
                    task + "\t" + outcome.replace("\\", "\\\\").replace("\n", "\\n") + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            System.out.println(task + ": " + (System.nanoTime() - start) / 1_000_000 + " ms");
        }
    }

    /** Returns the method of {@code Class#method}, whatever its parameters are. */
    private static DiscoverySelector method(String task) throws ClassNotFoundException {
        String[] parts = task.split("#", 2);
        Class<?> type = Class.forName(parts[0]);
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(parts[1]))
                .findFirst()
                .<DiscoverySelector>map(method -> selectMethod(type, method))
                .orElseGet(() -> selectMethod(task));
    }

    /** Returns what became of each task; empty text where all is well. */
    static Map<String, String> outcomes(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.split("\t", 2))
                .collect(Collectors.toMap(
                        line -> line[0], line -> line[1].translateEscapes(), (first, second) -> first + second));
    }

    /** Returns why tests did not pass; empty text where they did. */
    private static String run(Launcher launcher, DiscoverySelector tests) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        launcher.execute(
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(tests)
                        .filters(TagFilter.excludeTags("slow", "browser"))
                        .build(),
                listener);
        TestExecutionSummary summary = listener.getSummary();
        if (summary.getTotalFailureCount() > 0) {
            StringWriter text = new StringWriter();
            summary.getFailures()
                    .forEach(failure -> text.append(failure.getTestIdentifier().getDisplayName())
                            .append(": ")
                            .append(String.valueOf(failure.getException()))
                            .append('\n'));
            PrintWriter writer = new PrintWriter(text);
            summary.getFailures().getFirst().getException().printStackTrace(writer);
            writer.flush();
            return text.toString();
        }
        return summary.getTestsSucceededCount() == 0 ? "no test ran" : "";
    }
}
