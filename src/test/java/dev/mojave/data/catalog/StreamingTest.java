package dev.mojave.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Progress;
import dev.mojave.data.DataSpecs;
import dev.mojave.data.window.EvalWindows;
import dev.mojave.data.window.RowLayout;
import dev.mojave.data.window.Sampler;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A corpus larger than the heap is imported, encoded and sampled. */
@Tag("slow")
class StreamingTest {
    private static final long BYTES = 200_000_000;

    @TempDir
    Path folder;

    /** The program that the small JVM runs. */
    static final class Small {
        private Small() {}

        public static void main(String[] arguments) {
            Datasets datasets = new Datasets(Path.of(arguments[0]));
            datasets.importPaths("big", List.of(Path.of(arguments[1])), ImportOptions.DEFAULTS, Progress.SILENT);
            for (String tokenizer : List.of("char", "byte")) {
                try (PreparedData data =
                        datasets.open(DataSpecs.of("source: big, tokenizer: %s", tokenizer), Progress.SILENT)) {
                    Sampler sampler = Sampler.start(data.train(), new RowLayout.Windows(128), 1);
                    for (int i = 0; i < 1000; i++) {
                        sampler.next(32);
                    }
                    EvalWindows.all(data.validation(), new RowLayout.Windows(128))
                            .bytes(data.tokenizer());
                    if (data.train().bytes() + data.validation().bytes() < BYTES) {
                        throw new IllegalStateException(
                                "text was lost: " + data.train().bytes());
                    }
                }
            }
        }
    }

    @Test
    void twoHundredMegabytesPassThroughASmallHeap() throws Exception {
        Path text = folder.resolve("big.txt");
        write(text);
        Process small = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Small.class.getName(),
                        folder.resolve("home").toString(),
                        text.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(small.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(small.waitFor()).as(said).isZero();
    }

    private static void write(Path file) throws IOException {
        Random random = new Random(1);
        try (Writer writer = Files.newBufferedWriter(file)) {
            for (long bytes = 0; bytes < BYTES; ) {
                String line = "line " + random.nextInt() + " of a long text, with a ü\n";
                writer.write(line);
                bytes += line.length() + 1;
            }
        }
    }
}
