package dev.mojave.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.process.JavaCommand;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.library.InProcessLibrary;
import dev.mojave.data.tokenizer.library.KnownParts;
import dev.mojave.data.tokenizer.library.TokenLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A pattern over which Hugging Face's library aborts its process does not end this process, in whichever part of the file it is. */
class ForeignPatternTest {
    private static final String EVIL = "(x+x+)+y";
    private static final String TEXT = "a " + "x".repeat(60) + " a";

    private static ObjectNode file(String part, String type, String pattern) {
        ObjectNode root = (ObjectNode)
                Json.tree("{\"version\": \"1.0\", \"model\": {\"type\": \"WordLevel\", \"unk_token\": \"u\","
                        + " \"vocab\": {\"u\": 0, \"a\": 1}}}");
        ObjectNode node = root.putObject(part).put("type", type);
        node.putObject("pattern").put("Regex", pattern);
        if (type.equals("Split")) {
            node.put("behavior", "Removed").put("invert", false);
        } else {
            node.put("content", " ");
        }
        return root;
    }

    @ParameterizedTest
    @CsvSource({"pre_tokenizer, Split", "normalizer, Replace"})
    void aPatternThatNeverEndsIsAFailure(String part, String type) {
        Tokenizer tokenizer = Tokenizers.fromJson(Json.line(file(part, type, EVIL)));
        assertThat(tokenizer.encode("a")).containsExactly(1);
        assertThatThrownBy(() -> tokenizer.encode(TEXT))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageStartingWith(
                        "tokenizer.json cannot be used as a tokenizer: Hugging Face's library aborted its process (")
                .hasMessageContaining(
                        "while encoding a text that begins with 'a xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'")
                .hasMessageEndingWith(
                        "rewrite the pattern \"" + EVIL + "\" without a repetition inside a repetition such as (x+)+");
        // The next call starts another process.
        assertThat(tokenizer.encode("a")).containsExactly(1);
    }

    /** The main class of a process that waits for the library, which runs many long searches, each just below its limit. */
    static final class Waiting {
        public static void main(String[] arguments) {
            Tokenizers.fromJson(Json.line(file("pre_tokenizer", "Split", EVIL)))
                    .encode(("x".repeat(20) + " ").repeat(50_000));
        }
    }

    @Test
    void theProcessEndsWithItsOwnerInTheMiddleOfASearch() throws Exception {
        Process owner = new ProcessBuilder(JavaCommand.of(Waiting.class, List.of()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            ProcessHandle library = awaitChild(owner);
            // The process uses the processor, so the text has arrived.
            await(() -> library.info().totalCpuDuration().orElseThrow().toMillis() > 1500);
            owner.destroyForcibly().waitFor();
            await(() -> !library.isAlive());
        } finally {
            owner.descendants().forEach(ProcessHandle::destroyForcibly);
            owner.destroyForcibly();
        }
    }

    /** The main class of a program whose class path does not give another process access to Mojave. */
    static final class Alone {
        public static void main(String[] arguments) throws IOException {
            System.setProperty("java.class.path", "nowhere");
            String said;
            try {
                said = Tokenizers.fromJson(Json.line(file("pre_tokenizer", "Split", EVIL)))
                        .kind();
            } catch (Failure e) {
                said = e.kind() + ": " + e.getMessage();
            }
            Files.writeString(Path.of(arguments[0]), said);
        }
    }

    /** Java itself reports the missing class in the user's language. */
    @Test
    void aClassPathWithoutMojaveIsNamedInEveryLanguage(@TempDir Path folder) throws Exception {
        Path said = folder.resolve("said");
        ProcessBuilder alone = new ProcessBuilder(JavaCommand.of(Alone.class, List.of(said.toString())))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        alone.environment().put("JAVA_TOOL_OPTIONS", "-Duser.language=de");
        assertThat(alone.start().waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said)
                .hasContent("ENVIRONMENT: the process for the tokenizer library cannot be started (another process"
                        + " cannot find Mojave on the class path of this program), and tokenizer.json has"
                        + " parts that are not known to be safe in this one");
    }

    private static ProcessHandle awaitChild(Process owner) throws InterruptedException {
        await(() -> owner.children().findAny().isPresent());
        return owner.children().findAny().orElseThrow();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(50);
        }
    }

    @Test
    void aDecoderHasPatternsToo() {
        ObjectNode root = file("decoder", "Replace", EVIL);
        ((ObjectNode) root.path("model").path("vocab")).put(TEXT, 2);
        Tokenizer tokenizer = Tokenizers.fromJson(Json.line(root));
        assertThatThrownBy(() -> tokenizer.decode(2))
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll(
                        "Hugging Face's library aborted its process", "while decoding; rewrite the pattern");
        assertThat(tokenizer.decode(1)).isEqualTo("a");
    }

    /** A text is encoded alike in both processes. */
    @Test
    void aHarmlessForeignPatternWorksAsEverywhere() {
        ObjectNode root = file("pre_tokenizer", "Split", "\\s|q");
        Tokenizer tokenizer = Tokenizers.fromJson(Json.line(root));
        InProcessLibrary direct = InProcessLibrary.open(Json.line(root), "test");
        for (String text : List.of("a a", "aqa\u00e9 a", "", "\uD83C\uDF32qa")) {
            TokenLibrary.Tokens expected = direct.encode(text);
            assertThat(tokenizer.encode(text))
                    .containsExactly(java.util.Arrays.stream(expected.ids())
                            .mapToInt(Math::toIntExact)
                            .toArray());
            EncodedText encoded = tokenizer.encodeText(text);
            EncodedText there = EncodedText.ofCharacters(encoded.ids(), expected.ends(), text);
            for (int i = 0; i < encoded.ids().length; i++) {
                assertThat(encoded.end(i)).isEqualTo(there.end(i));
            }
            assertThat(tokenizer.decode(encoded.ids())).isEqualTo(direct.decode(encoded.ids()));
        }
        direct.close();
    }

    @Test
    void anErrorOfTheLibraryIsReported() {
        assertThatThrownBy(() -> Tokenizers.fromJson(Json.line(file("pre_tokenizer", "Split", "(("))))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("tokenizer.json cannot be used as a tokenizer: ");
    }

    /** More tokenizers than the process keeps loaded take turns. */
    @Test
    void manyTokenizersShareTheProcess() {
        List<Tokenizer> tokenizers = java.util.stream.IntStream.range(0, 7)
                .mapToObj(i ->
                        Tokenizers.fromJson(Json.line(file("pre_tokenizer", "Split", "[\\sb]{1," + (i + 1) + "}"))))
                .toList();
        for (int round = 0; round < 2; round++) {
            for (Tokenizer tokenizer : tokenizers) {
                assertThat(tokenizer.encode("a ba")).containsExactly(1, 1);
            }
        }
    }

    /** The library aborts after ten million retries; a known pattern needs that many only on a text that is too long for this process. */
    @Test
    void aKnownPatternSurvivesALongRunOfSpaces() {
        String llama =
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                        + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        JsonNode root = file("pre_tokenizer", "Split", llama);
        assertThat(KnownParts.all(root)).isTrue();
        Tokenizer tokenizer = Tokenizers.fromJson(Json.line(root));
        assertThat(tokenizer.encode(" ".repeat(KnownParts.LONGEST_TEXT - 1) + "1"))
                .isEmpty();
        assertThatThrownBy(() -> tokenizer.encode(" ".repeat(12_000_000) + "1"))
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll("Hugging Face's library aborted its process", "split it into documents");
    }

    @Test
    void onlyWhatIsKnownRunsInThisProcess() {
        assertThat(KnownParts.all(Json.tree("{\"normalizer\": null, \"pre_tokenizer\": {\"type\": \"Whitespace\"}}")))
                .isTrue();
        assertThat(KnownParts.all(Json.tree("{\"decoder\": {\"type\": \"New\"}}")))
                .isFalse();
        assertThat(KnownParts.all(file("normalizer", "Replace", "\\s+"))).isTrue();
        assertThat(KnownParts.all(file("normalizer", "Replace", "\\s+x"))).isFalse();
    }

    @Test
    void tryingAPatternEnds() {
        assertThat(Tokenizers.fromJson(Json.line(file("normalizer", "Replace", "(.+.+)+\uffff#" + "z".repeat(200))))
                        .encode("a"))
                .containsExactly(1);
    }
}
