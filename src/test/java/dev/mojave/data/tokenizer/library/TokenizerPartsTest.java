package dev.mojave.data.tokenizer.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Each refused file crashed the process, when the file was read or on the first text; similar files that work are tested with them. */
class TokenizerPartsTest {
    private static final String MODEL =
            "{\"type\": \"WordLevel\", \"unk_token\": \"u\", \"vocab\": {\"u\": 0, \"a\": 1}}";

    private static String file(String part, String value) {
        ObjectNode root = (ObjectNode) Json.tree("{\"version\": \"1.0\", \"model\": " + MODEL + "}");
        root.set(part, Json.tree(value));
        return Json.line(root);
    }

    private static String normalizer(String value) {
        return file("normalizer", value);
    }

    private static String sequence(String member) {
        return "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFC\"}, " + member + "]}";
    }

    private static void assertRefused(String json, String... parts) {
        assertThatThrownBy(() -> Tokenizers.fromJson(json))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageStartingWith("tokenizer.json")
                .hasMessageContainingAll(parts);
    }

    private static void assertWorks(String json) {
        Tokenizer tokenizer = Tokenizers.fromJson(json);
        for (String text : List.of("a", "", "\uD83D\uDC69\u200D a", "\u6f22\u5b57  a b")) {
            assertThat(tokenizer.decode(tokenizer.encode(text))).isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "normalizer | [\"\"]",
                "normalizer | [true, false]",
                "normalizer | \"NFC\"",
                "normalizer | {\"prepend\": \"x\"}",
                "normalizer | {\"type\": 7}",
                "pre_tokenizer | [{\"type\": \"Whitespace\"}]",
                "post_processor | 1",
                "decoder | [\"##\", true]",
            })
    void aPartIsAnObjectWithATypeOrNull(String part, String value) {
        assertRefused(
                file(part, value), ": " + part + " must be an object with a 'type' or null, not " + Json.tree(value));
    }

    @Test
    void membersOfASequenceAreLookedAtToo() {
        assertRefused(normalizer(sequence("[\"\"]")), "normalizer.normalizers[1] must be an object with a 'type'");
        assertRefused(
                normalizer(sequence(sequence("{\"type\": \"Prepend\", \"prepend\": \"\"}"))),
                "normalizer.normalizers[1].normalizers[1] prepends nothing",
                "give its 'prepend' some text or remove it");
        assertWorks(normalizer(sequence("{\"type\": \"Prepend\", \"prepend\": \"_\"}")));
        assertWorks(normalizer("null"));
    }

    /** If the library does not know the type of an object, it goes by the other keys. */
    @Test
    void theTypeDoesNotHideAnEmptyPrepend() {
        assertRefused(normalizer("{\"type\": \"BertNormalizer\", \"prepend\": \"\"}"), "prepends nothing");
        assertRefused(normalizer("{\"type\": \"x\", \"prepend\": \"\"}"), "prepends nothing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"String\": \"\"}",
                "{\"Regex\": \"\"}",
                "{\"Regex\": \"^\"}",
                "{\"Regex\": \"z*\"}",
                "{\"Regex\": \"(?=b)\"}",
                "{\"Regex\": \"\\\\b\"}",
                "{\"Regex\": \"a|(?=q\\\\|)|q|\"}"
            })
    void aPatternOfANormalizerNeedsACharacter(String pattern) {
        assertRefused(
                normalizer("{\"type\": \"Replace\", \"pattern\": " + pattern + ", \"content\": \"x\"}"),
                "normalizer has the pattern " + Json.tree(pattern),
                "write one that matches at least one character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"String\": \"(\"}", "{\"Regex\": \" {2,}\"}", "{\"Regex\": \"\\\\p{N}+(?=b)\"}"})
    void otherPatternsWork(String pattern) {
        assertWorks(normalizer("{\"type\": \"Replace\", \"pattern\": " + pattern + ", \"content\": \"x\"}"));
    }

    @Test
    void piecesHaveALength() {
        assertRefused(
                file("pre_tokenizer", "{\"type\": \"FixedLength\", \"length\": 0}"),
                "pre_tokenizer cuts text into pieces of length 0; the length must be at least 1");
        assertWorks(file("pre_tokenizer", "{\"type\": \"FixedLength\", \"length\": 1}"));
    }

    @Test
    void aTemplateForOneTextUsesItOnce() {
        String template = "{\"type\": \"TemplateProcessing\", \"single\": [%s], \"pair\": [], \"special_tokens\": {}}";
        String sequence = "{\"Sequence\": {\"id\": \"%s\", \"type_id\": 0}}";
        assertRefused(
                file("post_processor", String.format(Locale.ROOT, template, String.format(Locale.ROOT, sequence, "B"))),
                "post_processor: its 'single' must have the sequence A once and no other",
                "it has [B]");
        assertRefused(file("post_processor", String.format(Locale.ROOT, template, "")), "it has []");
        assertRefused(
                file(
                        "post_processor",
                        "{\"type\": \"Sequence\", \"processors\": [" + String.format(Locale.ROOT, template, "") + "]}"),
                "post_processor.processors[0]");
        assertWorks(file(
                "post_processor", String.format(Locale.ROOT, template, String.format(Locale.ROOT, sequence, "A"))));
    }

    @Test
    void aDecoderStripsOnlyTheStart() {
        String strip = "{\"type\": \"Strip\", \"content\": \"a\", \"start\": 1, \"stop\": %d}";
        assertRefused(
                file(
                        "decoder",
                        "{\"type\": \"Sequence\", \"decoders\": [" + String.format(Locale.ROOT, strip, 1) + "]}"),
                "decoder.decoders[0] strips 1 characters from the end",
                "'stop' must be 0");
        assertWorks(file("decoder", String.format(Locale.ROOT, strip, 0)));
    }

    @Test
    void mergesBeginWithThePrefix() {
        String model = "{\"type\": \"BPE\", \"continuing_subword_prefix\": \"##\","
                + " \"vocab\": {\"a\": 0, \"##b\": 1, \"ab\": 2, \"x\\u6f22\": 3}, \"merges\": [%s]}";
        assertRefused(
                file("model", String.format(Locale.ROOT, model, "\"a b\"")),
                "model.continuing_subword_prefix is '##'",
                "the second token of the merge \"a b\" does not begin with it");
        assertRefused(
                file("model", String.format(Locale.ROOT, model, "[\"a\", \"x\\u6f22\"]")),
                "the merge [\"a\",\"x\u6f22\"]");
        assertWorks(file("model", String.format(Locale.ROOT, model, "\"a ##b\"")));
    }

    @Test
    void theNormalizerLeavesSomethingOfAnAddedToken() {
        String strip = "\"normalizer\": {\"type\": \"Strip\", \"strip_left\": true, \"strip_right\": true}, ";
        assertRefused(
                added(strip, token(" ", true, false, false)),
                "the normalizer leaves nothing of the added token \" \"; give the token \"normalized\": false");
        assertWorks(added(strip, token(" ", false, false, false)));
        assertWorks(added(strip, token(" a", true, false, false)));
        assertWorks(added("", token(" ", true, false, false)));
    }

    @Test
    void twoAddedTokensDoNotWantTheSameSpace() {
        String right = ", " + token(3, "<b>", false, false, true);
        assertRefused(
                added("", token(" ", false, true, false) + right),
                "the added token \" \" is white space with \"lstrip\": true",
                "give this one \"lstrip\": false");
        String marks =
                "\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"String\": \"_\"}, \"content\": \" \"}, ";
        assertRefused(added(marks, token("_", true, true, false) + right), "the added token \"_\"");
        assertWorks(added("", token(" ", false, false, false) + right));
        assertWorks(added("", token("<c>", false, true, false) + right));
    }

    private static String added(String normalizer, String tokens) {
        return "{\"version\": \"1.0\", " + normalizer + "\"added_tokens\": [" + tokens + "], \"model\": " + MODEL + "}";
    }

    private static String token(String content, boolean normalized, boolean lstrip, boolean rstrip) {
        return token(2, content, normalized, lstrip, rstrip);
    }

    private static String token(int id, String content, boolean normalized, boolean lstrip, boolean rstrip) {
        return String.format(
                Locale.ROOT,
                "{\"id\": %d, \"content\": \"%s\", \"normalized\": %s, \"lstrip\": %s, \"rstrip\": %s,"
                        + " \"single_word\": false, \"special\": true}",
                id,
                content,
                normalized,
                lstrip,
                rstrip);
    }

    /** A table that turns "u" into "a": position 256 of the root, unit 256 ^ 'u' with a leaf, the replacement's start in unit 100. */
    private static int[] table() {
        int[] units = new int[512];
        units[0] = 256 << 10;
        int u = 256 ^ 'u';
        units[u] = (u ^ 100) << 10 | 0x100 | 'u';
        units[100] = 0x80000000;
        return units;
    }

    private static String charsmap(int[] units, byte... replacements) {
        ByteBuffer bytes =
                ByteBuffer.allocate(4 + 4 * units.length + replacements.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(4 * units.length);
        for (int unit : units) {
            bytes.putInt(unit);
        }
        return Base64.getEncoder().encodeToString(bytes.put(replacements).array());
    }

    private static String precompiled(String charsmap) {
        return normalizer("{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"" + charsmap + "\"}");
    }

    @Test
    void aTableOfReplacementsWorks() {
        String json = precompiled(charsmap(table(), (byte) 'a', (byte) 0));
        assertWorks(json);
        assertThat(Tokenizers.fromJson(json).encode("u")).containsExactly(1);
    }

    @Test
    void aDamagedTableOfReplacementsIsRefused() {
        int[] outOfItself = table();
        outOfItself[256 ^ 'u'] |= 1 << 30;
        int[] leafOutOfItself = table();
        leafOutOfItself[100] = 3;
        int[] shortened = new int[300];
        System.arraycopy(table(), 0, shortened, 0, 300);
        String whole = charsmap(table(), (byte) 'a', (byte) 0);
        for (String damaged : List.of(
                "",
                "!",
                "AAAA",
                "AAAAAA==",
                "BAAAAAAAAAA=",
                whole.substring(0, 200),
                whole.replace("=", ""),
                charsmap(outOfItself, (byte) 'a', (byte) 0),
                charsmap(leafOutOfItself, (byte) 'a', (byte) 0),
                charsmap(shortened, (byte) 'a', (byte) 0),
                charsmap(table(), (byte) 0xff),
                charsmap(new int[0], (byte) 'a'))) {
            assertRefused(precompiled(damaged), "normalizer has a 'precompiled_charsmap' that is damaged or cut off");
        }
        assertRefused(normalizer("{\"type\": \"Precompiled\"}"), "precompiled_charsmap");
    }

    /** A replacement begins where a character does. */
    @Test
    void aTableThatPointsIntoACharacterIsRefused() {
        int[] units = table();
        byte[] text = {(byte) 0xc3, (byte) 0xa9, 0};
        assertThat(Charsmap.usable(charsmap(units, text))).isTrue();
        units[100] = 1;
        assertThat(Charsmap.usable(charsmap(units, text))).isFalse();
        units[100] = 3;
        assertThat(Charsmap.usable(charsmap(units, text))).isTrue();
    }
}
