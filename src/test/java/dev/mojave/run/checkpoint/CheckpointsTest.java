package dev.mojave.run.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.files.Folders;
import dev.mojave.base.tree.Json;
import dev.mojave.interop.safetensors.SafeEntry;
import dev.mojave.interop.safetensors.SafeType;
import dev.mojave.interop.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class CheckpointsTest {
    @TempDir
    Path folder;

    private static float[] values(long step, int count) {
        Random random = new Random(step);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    private static SafeEntry entry(String name, float[] values) {
        return new SafeEntry(name, SafeType.F32, new long[] {values.length}, MemorySegment.ofArray(values));
    }

    static TrainState state(long step) {
        return new TrainState(
                TrainState.VERSION,
                step,
                step * 768,
                null,
                Json.tree("{\"seed\":1,\"epoch\":0,\"position\":" + step + "}"),
                Map.of("evaluation", Json.tree("{\"best_val_loss\":2.5}")),
                12.25,
                Map.of("blas", "mkl"),
                "d",
                "r");
    }

    private static Checkpoints.Content content(long step) {
        return content(step, 1000);
    }

    private static Checkpoints.Content content(long step, int size) {
        ObjectNode config = Json.mapper().createObjectNode().put("hidden_size", 128);
        return new Checkpoints.Content(
                List.of(entry("weight", values(step, size))),
                List.of(entry("exp_avg.weight", values(-step, size))),
                state(step),
                config);
    }

    private Checkpoints checkpoints() {
        return new Checkpoints(folder.resolve("checkpoints"));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("checkpoints"))) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void bringsBackWhatWasSaved() throws IOException {
        Path saved = checkpoints().save(content(7), true, 3);
        assertThat(saved).isEqualTo(folder.resolve("checkpoints/step-7"));
        try (Checkpoint loaded = checkpoints().open(7)) {
            assertThat(loaded.state()).isEqualTo(state(7));
            assertThat(loaded.config().path("hidden_size").intValue()).isEqualTo(128);
            assertThat(loaded.weights().entry("weight").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                    .isEqualTo(values(7, 1000));
            assertThat(loaded.optimizer().entry("exp_avg.weight").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                    .isEqualTo(values(-7, 1000));
            assertThat(loaded.folder()).isEqualTo(saved);
        }
        assertThat(names()).containsExactly("best", "last", "step-7");
        assertThat(folder.resolve("checkpoints/last")).hasContent("step-7\n");
        try (Stream<Path> files = Files.list(saved)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder(
                            "config.json", "model.safetensors", "optimizer.safetensors", "state.json", "SHA256SUMS");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void writesSumsThatTheUsualToolChecks() throws Exception {
        Path saved = checkpoints().save(content(1), false, 3);
        Process check = new ProcessBuilder("sha256sum", "--check", "--quiet", "SHA256SUMS")
                .directory(saved.toFile())
                .start();
        assertThat(check.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(check.exitValue()).isZero();
    }

    @Test
    void keepsTheNewestAndTheBest() throws IOException {
        for (long step = 1; step <= 6; step++) {
            checkpoints().save(content(step), step == 2, 2);
        }
        assertThat(names()).containsExactly("best", "last", "step-2", "step-5", "step-6");
        assertThat(checkpoints().steps()).containsExactly(2L, 5L, 6L);
        assertThat(checkpoints().last()).contains(6L);
        assertThat(checkpoints().best()).contains(2L);
        checkpoints().save(content(7), true, 1);
        assertThat(names()).containsExactly("best", "last", "step-7");
        assertThat(new Checkpoints(folder.resolve("none")).last()).isEmpty();
        assertThat(new Checkpoints(folder.resolve("none")).steps()).isEmpty();
    }

    @Test
    void savesAStepAgain() throws IOException {
        checkpoints().save(content(7), false, 1);
        checkpoints().save(content(7, 10), true, 1);
        assertThat(names()).containsExactly("best", "last", "step-7");
        try (Checkpoint loaded = checkpoints().open(7)) {
            assertThat(loaded.weights().entry("weight").shape()).containsExactly(10);
        }
    }

    @Test
    void cleansUpAfterAKill() throws IOException {
        checkpoints().save(content(1), false, 3);
        Path half = Files.createDirectories(folder.resolve("checkpoints/.saving-step-2"));
        Files.writeString(half.resolve("model.safetensors"), "half");
        // Killed between putting the old step-1 aside and moving the new one in.
        Files.move(folder.resolve("checkpoints/step-1"), folder.resolve("checkpoints/.replaced-step-1"));
        assertThat(checkpoints().last()).isEmpty();
        checkpoints().recover();
        assertThat(names()).containsExactly("last", "step-1");
        checkpoints().open(1).close();
        // Killed after the new one was in place.
        Files.createDirectories(folder.resolve("checkpoints/.replaced-step-1"));
        checkpoints().save(content(2), false, 3);
        assertThat(names()).containsExactly("last", "step-1", "step-2");
    }

    private void assertDamaged(long step, String... parts) {
        assertThatThrownBy(() -> checkpoints().open(step).close())
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContainingAll(parts);
    }

    @Test
    void namesAFileThatWasCutShortAndWhatIsWhole() throws IOException {
        checkpoints().save(content(1), false, 3);
        Path saved = checkpoints().save(content(2), false, 3);
        Path weights = saved.resolve("model.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.setLength(file.length() - 100);
        }
        assertDamaged(
                2,
                weights + " is truncated: the data needs 4000 bytes, but the file has 3900",
                "; step-1 is undamaged; remove " + saved + " to resume from there");
        Folders.delete(saved);
        assertThat(checkpoints().last()).contains(1L);
        checkpoints().open(1).close();
    }

    @Test
    void namesAFlippedByteAMissingFileAndBrokenSums() throws IOException {
        Path saved = checkpoints().save(content(2), false, 3);
        Path weights = saved.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 5] ^= 1;
        Files.write(weights, bytes);
        assertDamaged(
                2,
                weights + " has changed since it was saved: expected SHA-256 ",
                ", found ",
                "; no older checkpoint is undamaged; train again with --overwrite");
        bytes[bytes.length - 5] ^= 1;
        Files.write(weights, bytes);
        checkpoints().open(2).close();

        Path state = saved.resolve("state.json");
        String text = Files.readString(state);
        Files.writeString(state, text.replace("\"step\" : 2", "\"step\" : 3"));
        assertDamaged(2, state + " has changed since it was saved");
        Files.writeString(state, text);

        Files.delete(saved.resolve("optimizer.safetensors"));
        assertDamaged(2, saved.resolve("optimizer.safetensors") + " is missing");
        Files.writeString(saved.resolve("SHA256SUMS"), "junk\n", StandardOpenOption.TRUNCATE_EXISTING);
        assertDamaged(2, saved.resolve("SHA256SUMS") + ": 'junk' is not a checksum line in the format of sha256sum");
        Files.delete(saved.resolve("SHA256SUMS"));
        assertDamaged(2, saved.resolve("SHA256SUMS") + " is missing");
        assertDamaged(9, folder.resolve("checkpoints/step-9") + " does not exist; existing checkpoints: step-2");
        assertThatThrownBy(() -> new Checkpoints(folder.resolve("x")).open(1).close())
                .hasMessage(folder.resolve("x/step-1") + " does not exist; existing checkpoints: none");
    }

    @Test
    void refusesAPointerThatNamesNothing() throws IOException {
        checkpoints().save(content(2), false, 3);
        Files.writeString(folder.resolve("checkpoints/last"), "../../etc\n");
        assertThatThrownBy(() -> checkpoints().last())
                .hasMessage(folder.resolve("checkpoints/last")
                        + " does not contain the name of a checkpoint; write one of [step-2] into it");
        Files.writeString(folder.resolve("checkpoints/last"), "step-99\n");
        assertThat(checkpoints().last()).contains(2L);
        Files.writeString(folder.resolve("checkpoints/best"), "step-99\n");
        assertThat(checkpoints().best()).isEmpty();
    }

    @Test
    void refusesAnotherFormatVersion() throws IOException {
        Path saved = checkpoints().save(content(2), false, 3);
        Path state = saved.resolve("state.json");
        Files.writeString(state, Files.readString(state).replace("\"version\" : 2", "\"version\" : 9"));
        CheckpointFiles.writeSums(saved);
        assertDamaged(
                2,
                state
                        + " was written by another version of Mojave (format 9; this version reads 1 to 2); resume with that version");
    }

    @Test
    void survivesADiskThatFillsUp() throws IOException {
        checkpoints().save(content(1), true, 3);
        Checkpoints full = new Checkpoints(folder.resolve("checkpoints"), (file, entries, metadata) -> {
            if (file.endsWith("optimizer.safetensors")) {
                Files.write(file, new byte[100]);
                throw new IOException("No space left on device");
            }
            SafetensorsWriter.write(file, entries, metadata);
        });
        assertThatThrownBy(() -> full.save(content(2), true, 3))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.ENVIRONMENT))
                .hasMessage("cannot save the checkpoint: the disk of " + folder.resolve("checkpoints/step-2")
                        + " is full; free some space or choose another folder; step-1 is still complete");
        assertThat(names()).containsExactly("best", "last", "step-1");
        checkpoints().open(1).close();
        checkpoints().save(content(2), false, 3);
        assertThat(checkpoints().last()).contains(2L);
    }

    /** Uses a real file system of one megabyte, which requires root, as in a container. */
    @Test
    @Tag("slow")
    @EnabledOnOs(OS.LINUX)
    void survivesARealDiskThatFillsUp() throws Exception {
        Path disk = Files.createDirectories(folder.resolve("disk"));
        assertThat(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()))
                .as("mounting a small file system needs root")
                .isZero();
        try {
            Checkpoints small = new Checkpoints(disk.resolve("checkpoints"));
            small.save(content(1, 50_000), true, 3);
            assertThatThrownBy(() -> small.save(content(2, 100_000), true, 3))
                    .isInstanceOfSatisfying(
                            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.ENVIRONMENT))
                    .hasMessageContaining("is full");
            assertThat(small.steps()).containsExactly(1L);
            small.open(1).close();
            try (Stream<Path> files = Files.list(disk.resolve("checkpoints"))) {
                assertThat(files).hasSize(3);
            }
        } finally {
            assertThat(run("umount", disk.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Checkpoints of earlier versions of Mojave remain readable. */
    @Test
    void readsTheFirstFormatOfTheState() throws IOException {
        Path file = Files.writeString(folder.resolve("state.json"), """
                {"version": 1, "step": 20, "tokens": 15360, "words": 2500,
                 "cursor": {"seed": 1, "epoch": 0, "position": 20}, "rng": {"dropout": "AAECAw=="}, "best_val_loss": 2.5,
                 "elapsed_seconds": 12.25, "engine": {"blas": "mkl"}, "data_sha256": "d", "recipe_sha256": "r"}
                """);
        TrainState state = TrainState.read(file);
        assertThat(state.version()).isEqualTo(TrainState.VERSION);
        assertThat(state.step()).isEqualTo(20);
        assertThat(state.listeners()).containsOnlyKeys("evaluation");
        assertThat(state.listeners().get("evaluation")).hasToString("{\"best_val_loss\":2.5}");
    }
}
