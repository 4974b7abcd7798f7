package dev.mojave.data.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.BytePairTokenizer;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.CharTokenizer;
import dev.mojave.data.tokenizer.RandomText;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.TokenizerInspector;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.result.TokenizerReport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BytePairsTest {
    private static final Pattern GPT2 =
            Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
                    .replace("\\s", "\\p{IsWhite_Space}")
                    .replace("\\S", "\\P{IsWhite_Space}"));

    /** The reference implementation of the scanner is GPT-2's own expression. */
    @Test
    void theScannerSplitsAsTheExpression() {
        long seed = 42;
        Random random = new Random(seed);
        for (int trial = 0; trial < 2000; trial++) {
            String text = RandomText.of(random, random.nextInt(40));
            List<String> expected = new ArrayList<>();
            Matcher matcher = GPT2.matcher(text);
            while (matcher.find()) {
                expected.add(matcher.group());
            }
            assertThat(split(text)).as("seed %d, trial %d", seed, trial).isEqualTo(expected);
        }
    }

    private static List<String> split(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < utf8.length; ) {
            int end = Gpt2Scanner.end(utf8, from, utf8.length);
            pieces.add(new String(utf8, from, end - from, StandardCharsets.UTF_8));
            from = end;
        }
        return pieces;
    }

    /** An independent implementation with a copy of the vocabulary of its own. */
    @Test
    void gpt2EqualsAnIndependentEncoder() {
        Encoding other = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        Random random = new Random(3);
        for (int trial = 0; trial < 200; trial++) {
            String text = RandomText.of(random, random.nextInt(100));
            assertThat(BytePairTokenizer.gpt2().encode(text))
                    .isEqualTo(other.encodeOrdinary(text).toArray());
        }
    }

    /** Pieces of more than 96 bytes are merged with a priority queue; the result is compared with a plain implementation of the merges. */
    @Test
    void longPiecesMergeAsShortOnesWould() {
        byte[][] bytesOf = {{'a'}, {'b'}, {'a', 'b'}, {'a', 'b', 'a'}, {'b', 'b'}};
        PairTable pairs = new PairTable(3);
        pairs.put(0, 1, 2, 2);
        pairs.put(2, 0, 0, 3);
        pairs.put(1, 1, 1, 4);
        int[] idOfByte = new int[256];
        idOfByte['b'] = 1;
        BytePairs encoder = new BytePairs(bytesOf, new int[] {0, 1, 2, 3, 4}, idOfByte, pairs, false);
        Random random = new Random(11);
        for (int length = 1; length < 400; length += 7) {
            StringBuilder text = new StringBuilder();
            random.ints(length, 'a', 'c').forEach(text::appendCodePoint);
            BytePairs.Scratch scratch = new BytePairs.Scratch();
            encoder.encode(PieceKeys.padded(text.toString()), scratch);
            assertThat(scratch.take()).isEqualTo(plainMerges(text.toString(), idOfByte, pairs));
        }
    }

    private static int[] plainMerges(String text, int[] idOfByte, PairTable pairs) {
        int[] ids = text.chars().map(c -> idOfByte[c]).toArray();
        while (true) {
            int[] now = ids;
            long best = IntStream.range(0, now.length - 1)
                    .mapToLong(i -> pairs.find(now[i], now[i + 1]))
                    .min()
                    .orElse(PairTable.NONE);
            if (best == PairTable.NONE) {
                return ids;
            }
            int at = IntStream.range(0, now.length - 1)
                    .filter(i -> pairs.find(now[i], now[i + 1]) == best)
                    .findFirst()
                    .orElseThrow();
            ids = IntStream.concat(
                            IntStream.concat(Arrays.stream(now, 0, at), IntStream.of((int) best)),
                            Arrays.stream(now, at + 2, now.length))
                    .toArray();
        }
    }

    @Test
    void aMegabyteOfOneLetterEndsSoon() {
        int[] ids = BytePairTokenizer.gpt2().encode("a".repeat(1 << 20));
        assertThat(IntStream.of(ids).map(BytePairTokenizer.gpt2()::byteLength).sum())
                .isEqualTo(1 << 20);
    }

    /** A token that the merges do not yield is not used as a shortcut: "abc" is in the vocabulary, but "bc" merges first. */
    @Test
    void aTokenThatMergesDoNotYieldIsNotUsed() {
        String json = Json.line(Json.tree(Tokenizers.huggingFace(new ByteTokenizer(true))))
                .replace("\"<|endoftext|>\":256}", "\"<|endoftext|>\":256,\"bc\":257,\"ab\":258,\"abc\":259}")
                .replace("\"merges\":[]", "\"merges\":[[\"b\",\"c\"],\"a b\",[\"ab\",\"c\"]]");
        assertThat(Tokenizers.fromJson(json).encode("abc")).containsExactly('a', 257);
        Tokenizer whole = Tokenizers.fromJson(json.replace("\"ignore_merges\":false", "\"ignore_merges\":true"));
        assertThat(whole.encode("abc")).containsExactly(259);
        assertThat(whole).isInstanceOf(BytePairTokenizer.class);
        assertThatThrownBy(() -> Tokenizers.fromJson(json.replace("\"a b\"", "\"a q\"")))
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll("merge 1", "'aq'", "model.vocab");
    }

    @Test
    void severalThreadsMayEncode() {
        String text = "The sea wasn't calm, 1987.\n".repeat(50);
        int[] expected = BytePairTokenizer.gpt2().encode(text);
        assertThat(IntStream.range(0, 64)
                        .parallel()
                        .mapToObj(i -> BytePairTokenizer.gpt2().encode(text)))
                .allSatisfy(ids -> assertThat(ids).isEqualTo(expected));
    }

    /** The merges do not depend on how the text is batched, and a memory bound discards only the rarest pieces. */
    @Test
    void memoryIsBoundedByForgettingWhatIsRare() {
        Random random = new Random(8);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            texts.add("the lamp and the boat q"
                    + Long.toString(random.nextLong(1L << 40), 36).replaceAll("\\d", "x") + " ");
        }
        BytePairTrainer.Spec spec = new BytePairTrainer.Spec(270, 2);
        BytePairTrainer whole = new BytePairTrainer(spec);
        BytePairTrainer batched = new BytePairTrainer(spec, 100, 1 << 20, 1 << 20);
        BytePairTrainer small = new BytePairTrainer(spec, 1000, 50, 1 << 20);
        texts.forEach(text -> {
            whole.add(text);
            batched.add(text);
            small.add(text);
        });
        BytePairTrainer.Trained all = whole.finish(Progress.SILENT);
        assertThat(batched.finish(Progress.SILENT)).isEqualTo(all);
        BytePairTrainer.Trained bounded = small.finish(Progress.SILENT);
        assertThat(small.forgotten()).isTrue();
        assertThat(bounded.pieces()).isLessThanOrEqualTo(50);
        assertThat(Tokenizers.fromJson(bounded.json()).encode(" the")).hasSize(1);
    }

    @Test
    void aShortTextGivesFewerTokensThanAskedFor() {
        BytePairTrainer trainer = new BytePairTrainer(new BytePairTrainer.Spec(1000, 2));
        trainer.add("banana banana");
        BytePairTrainer.Trained trained = trainer.finish(Progress.SILENT);
        assertThat(trained.vocabSize()).isEqualTo(257 + trained.merges()).isLessThan(270);
        Tokenizer tokenizer = Tokenizers.fromJson(trained.json());
        assertThat(tokenizer.endOfText()).hasValue(0);
        assertThat(tokenizer.decode(tokenizer.encode("bananas, naïvely 🙂"))).isEqualTo("bananas, naïvely 🙂");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BytePairTrainer.Spec(256, 2))
                .withMessageContaining("at least 257 entries");
    }

    @Test
    void inspectionCounts() {
        TokenizerInspector chars = new TokenizerInspector(CharTokenizer.of("abc ", true));
        chars.add("ab cz");
        chars.add("ab");
        chars.endDocument();
        TokenizerReport report = chars.report();
        assertThat(report.words()).isEqualTo(2);
        assertThat(report.tokens()).isEqualTo(6);
        assertThat(report.unknownTokens()).isEqualTo(1);
        assertThat(report.coverage()).isEqualTo(1 - 1 / 7.0);
        assertThat(report.fertility()).isEqualTo(3);
        assertThat(report.vocabularyShare()).isEqualTo(4 / 5.0);
        assertThat(report.frequent().getFirst()).isEqualTo(new TokenizerReport.Frequent(1, "a", 2));
        TokenizerInspector gpt2 = new TokenizerInspector(BytePairTokenizer.gpt2());
        gpt2.add("naïve text");
        assertThat(gpt2.report().bytes()).isEqualTo(11);
        assertThat(gpt2.report().coverage()).isEqualTo(1);
    }
}
