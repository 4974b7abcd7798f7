package dev.mojave.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Locales;
import dev.mojave.result.study.StudyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report and its plots consist of the same bytes in every locale. */
class ReportLocaleTest {
    @TempDir
    Path folder;

    private Map<String, byte[]> report(String name) throws IOException {
        StudyResult study = Fakes.study(3);
        Path study1 = Files.createDirectories(folder.resolve(name).resolve("study"));
        Path run1 = Files.createDirectories(folder.resolve(name).resolve("run"));
        StudyReport.write(study, Fakes.runs(study), study1, warning -> {});
        RunReport.write(Fakes.expertRun(), run1, warning -> {});
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder.resolve(name))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.resolve(name).relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    @Test
    void pagesAndPlotsDoNotDependOnTheLocale() throws Exception {
        Map<String, byte[]> expected = Locales.under("en-US", () -> report("en-US"));
        assertThat(expected.keySet()).anyMatch(file -> file.endsWith(".png")).anyMatch(file -> file.endsWith(".html"));
        for (String tag : new String[] {"ar-EG", "tr-TR", "de-DE"}) {
            Map<String, byte[]> files = Locales.under(tag, () -> report(tag));
            assertThat(files.keySet()).isEqualTo(expected.keySet());
            expected.forEach((file, content) ->
                    assertThat(files.get(file)).as(file + " under " + tag).isEqualTo(content));
        }
    }
}
