package dev.mojave.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Damage;
import dev.mojave.base.Fuzz;
import dev.mojave.base.tree.Json;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/**
 * However the files of a model are damaged, the folder is read or rejected with a Failure, never with another exception or a
 * crash.
 */
class FolderFuzzTest {
    @TempDir
    Path temporary;

    @Test
    void survivesDamage() throws IOException {
        List<Map<Path, byte[]>> originals = originals();
        Fuzz.rounds(150, random -> damageAndOpen(originals, random));
    }

    @Test
    @Tag("slow")
    void survivesMinutesOfDamage() throws IOException {
        List<Map<Path, byte[]>> originals = originals();
        Fuzz.minutes(random -> damageAndOpen(originals, random));
    }

    private static void damageAndOpen(List<Map<Path, byte[]>> originals, Random random) throws IOException {
        Map<Path, byte[]> original = originals.get(random.nextInt(originals.size()));
        List<Path> files = new ArrayList<>(original.keySet());
        Path victim = files.get(random.nextInt(files.size()));
        byte[] whole = original.getOrDefault(victim, new byte[0]);
        Files.write(victim, damage(whole, victim.toString().endsWith(".json"), random));
        try (ModelFolder folder = ModelFolder.open(victim.resolveSibling(""));
                LanguageModel model = folder.load()) {
            assertThat(model.parameterCount()).isPositive();
        } finally {
            Files.write(victim, whole);
        }
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
                new ModelWriter(folder, ModelWriter.Format.HF, "", shard).write(model, Optional.empty(), card);
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

    private static byte[] damage(byte[] original, boolean json, Random random) {
        if (!json || random.nextBoolean()) {
            return Damage.bytes(original, random);
        }
        ObjectNode root = (ObjectNode) Json.tree(new String(original, StandardCharsets.UTF_8));
        return Json.line(Damage.json(root, random)).getBytes(StandardCharsets.UTF_8);
    }
}
