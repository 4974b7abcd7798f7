package dev.mojave.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Damage;
import dev.mojave.base.Fuzz;
import dev.mojave.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever is done to a {@code tokenizer.json}, it is read and works, or is refused with a Failure: never another exception, never a crash,
 * also not of Hugging Face's native library.
 */
class TokenizerFuzzTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/tokenizers");

    @TempDir
    Path folder;

    @Test
    void survivesDamage() throws IOException {
        List<byte[]> originals = originals();
        Fuzz.rounds(300, random -> damageAndUse(originals, random));
    }

    @Test
    @Tag("slow")
    void survivesMinutesOfDamage() throws IOException {
        List<byte[]> originals = originals();
        Fuzz.minutes(random -> damageAndUse(originals, random));
    }

    private void damageAndUse(List<byte[]> originals, Random random) throws IOException {
        byte[] original = originals.get(random.nextInt(originals.size()));
        Path file = Files.write(folder.resolve("tokenizer.json"), damage(original, random));
        use(Tokenizers.read(file), RandomText.of(random, 20));
    }

    private static void use(Tokenizer tokenizer, String text) {
        int[] ids = tokenizer.encode(text);
        assertThat(IntStream.of(ids)).allMatch(id -> id >= 0 && id < tokenizer.vocabSize());
        assertThat(tokenizer.decode(ids)).isNotNull();
        StreamDecoder stream = tokenizer.streamDecoder();
        for (int id : ids) {
            assertThat(stream.add(id)).isNotNull();
            assertThat(tokenizer.byteLength(id)).isNotNegative();
        }
        assertThat(stream.finish()).isNotNull();
    }

    private static List<byte[]> originals() throws IOException {
        List<byte[]> originals = new ArrayList<>();
        for (String name : List.of("byte_level.json", "word_piece.json", "unigram.json")) {
            originals.add(Files.readAllBytes(GOLDEN.resolve(name)));
        }
        Stream.of(TokenizerFiles.byteLevel(), TokenizerFiles.sentencePiece())
                .map(json -> json.getBytes(StandardCharsets.UTF_8))
                .forEach(originals::add);
        return originals;
    }

    private static byte[] damage(byte[] original, Random random) {
        if (random.nextInt(3) == 0) {
            return Damage.bytes(original, random);
        }
        ObjectNode root = (ObjectNode) Json.tree(new String(original, StandardCharsets.UTF_8));
        return Json.line(Damage.json(root, random)).getBytes(StandardCharsets.UTF_8);
    }
}
