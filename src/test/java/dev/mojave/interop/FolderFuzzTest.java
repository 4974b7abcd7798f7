package dev.mojave.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Failure;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is done to the files of a model, the folder is read or refused with a {@link Failure}: never another exception, never a crash.
 * {@code -Dmojave.fuzz.seed} repeats a run, {@code -Dmojave.fuzz.seconds} says how long the slow one takes.
 */
class FolderFuzzTest {
    @TempDir
    Path temporary;

    @Test
    void survivesDamage(TestReporter reporter) throws IOException {
        fuzz(reporter, 150, Long.MAX_VALUE);
    }

    @Test
    @Tag("slow")
    void survivesMinutesOfDamage(TestReporter reporter) throws IOException {
        fuzz(
                reporter,
                Integer.MAX_VALUE,
                System.nanoTime() + Long.getLong("mojave.fuzz.seconds", 300L) * 1_000_000_000L);
    }

    private void fuzz(TestReporter reporter, int rounds, long deadline) throws IOException {
        long seed = Long.getLong("mojave.fuzz.seed", System.nanoTime());
        reporter.publishEntry("fuzz seed", String.valueOf(seed));
        Random random = new Random(seed);
        List<Map<Path, byte[]>> originals = originals();
        int refused = 0;
        int done = 0;
        while (done < rounds && System.nanoTime() < deadline) {
            Map<Path, byte[]> original = originals.get(random.nextInt(originals.size()));
            List<Path> files = new ArrayList<>(original.keySet());
            Path victim = files.get(random.nextInt(files.size()));
            byte[] whole = original.getOrDefault(victim, new byte[0]);
            Files.write(victim, damage(whole, random));
            try (ModelFolder folder = ModelFolder.open(victim.resolveSibling(""));
                    LanguageModel model = folder.load()) {
                assertThat(model.parameterCount()).isPositive();
            } catch (Failure e) {
                refused++;
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + done + ", " + victim.getFileName(), e);
            }
            Files.write(victim, whole);
            done++;
        }
        reporter.publishEntry("rounds", done + ", refused " + refused);
        assertThat(refused).as("seed %d", seed).isGreaterThan(done / 4);
    }

    private List<Map<Path, byte[]>> originals() throws IOException {
        List<Map<Path, byte[]>> originals = new ArrayList<>();
        List<ModelSpec> specs = List.of(
                Tiny.spec("gpt2"), Tiny.published().get(1), Tiny.published().get(8));
        for (int i = 0; i < specs.size(); i++) {
            Path folder = temporary.resolve("model" + i);
            ModelCard card = new ModelCard("m", "mit", "", "", Map.of(), "", "");
            try (LanguageModel model = LanguageModel.build(specs.get(i), 1)) {
                long shard = i == 1 ? 20_000 : Long.MAX_VALUE;
                new ModelWriter(folder, ModelWriter.Format.HF, shard).write(model, Optional.empty(), card);
            }
            Map<Path, byte[]> files = new TreeMap<>();
            try (Stream<Path> content = Files.list(folder)) {
                for (Path file : content.filter(f ->
                                !f.toString().endsWith(".md") && !f.toString().contains("generation"))
                        .toList()) {
                    files.put(file, Files.readAllBytes(file));
                }
            }
            originals.add(files);
        }
        return originals;
    }

    /** Mostly in the header or the text, and mostly with characters that keep it JSON. */
    private static byte[] damage(byte[] original, Random random) {
        byte[] bytes = random.nextInt(5) == 0
                ? Arrays.copyOf(original, random.nextInt(original.length + 9))
                : original.clone();
        for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
            int limit = random.nextInt(4) == 0 ? bytes.length : Math.min(bytes.length, 3000);
            bytes[random.nextInt(limit)] = random.nextInt(3) == 0
                    ? (byte) random.nextInt(256)
                    : (byte) "0123456789[]{},:\"-e.n".charAt(random.nextInt(21));
        }
        return bytes;
    }
}
