package dev.mojave.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuideRunnerTest {
    /** One test of each kind; no run of all tests finds it, because of its name. */
    static final class Example {
        @Test
        void passes() {}

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void failsForTwo(int value) {
            assertThat(value).as("C:\\new").isEqualTo(1);
        }

        @Tag("slow")
        @Test
        void isSlow() {}
    }

    @Test
    void outcomesSayWhatFailedAndWhatDidNotRun(@TempDir Path folder) throws Exception {
        String example = Example.class.getName();
        Path results = folder.resolve("results.txt");
        List<String> tasks = List.of(
                example,
                example + "#passes",
                example + "#failsForTwo",
                example + "#isSlow",
                "./mojave --version",
                "./mojave trian");
        GuideRunner.run(tasks, results);

        Map<String, String> outcomes = GuideRunner.outcomes(results);
        assertThat(outcomes).containsOnlyKeys(tasks);
        assertThat(outcomes.get(tasks.get(0))).contains("[C:\\new]", "expected: 1");
        assertThat(outcomes.get(tasks.get(1))).isEmpty();
        assertThat(outcomes.get(tasks.get(2))).contains("[C:\\new]", "GuideRunnerTest$Example.failsForTwo");
        assertThat(outcomes.get(tasks.get(3))).isEqualTo("no test ran");
        assertThat(outcomes.get(tasks.get(4))).isEmpty();
        assertThat(outcomes.get(tasks.get(5))).contains("trian", "expected: 0");
    }
}
