package dev.mojave.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Damage;
import dev.mojave.base.Fuzz;
import dev.mojave.base.tree.Json;
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
 * A damaged {@code tokenizer.json} is either read and works or is refused with a Failure: there is never another exception and never a
 * crash, not even in Hugging Face's native library.
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
        String repeated = random.nextInt(4) == 0 ? "a".repeat(40) + "!" : "";
        use(Tokenizers.read(file), RandomText.of(random, 20) + repeated);
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
        if (random.nextInt(12) == 0) {
            usePattern(root, random);
            return Json.line(root).getBytes(StandardCharsets.UTF_8);
        }
        return Json.line(Damage.json(root, random)).getBytes(StandardCharsets.UTF_8);
    }

    /** Puts an unknown pattern in a place where patterns are allowed. */
    private static void usePattern(ObjectNode root, Random random) {
        String part = List.of("normalizer", "pre_tokenizer", "decoder").get(random.nextInt(3));
        boolean split = part.equals("pre_tokenizer");
        ObjectNode node = root.putObject(part).put("type", split ? "Split" : "Replace");
        node.putObject("pattern").put("Regex", pattern(random, 3));
        if (split) {
            node.put("behavior", "Isolated").put("invert", random.nextBoolean());
        } else {
            node.put("content", "a");
        }
    }

    private static String pattern(Random random, int depth) {
        StringBuilder pattern = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            String atom = depth > 0 && random.nextInt(2) == 0
                    ? List.of("(", "(?:", "(?=", "(?!", "(?<=", "(?i:").get(random.nextInt(6))
                            + pattern(random, depth - 1) + ")"
                    : List.of(
                                    "a",
                                    ".",
                                    "\\s",
                                    "\\S",
                                    "\\p{L}",
                                    "[^a]",
                                    "\\w",
                                    "\\b",
                                    "^",
                                    "$",
                                    "\\1",
                                    "\\X",
                                    "[a-z&&[^b]]")
                            .get(random.nextInt(13));
            pattern.append(atom)
                    .append(List.of("", "", "*", "+", "?", "{1,3}", "*?", "++", "{2,}")
                            .get(random.nextInt(9)))
                    .append(random.nextInt(6) == 0 ? "|" : "");
        }
        return pattern.toString();
    }
}
