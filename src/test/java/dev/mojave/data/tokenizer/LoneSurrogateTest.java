package dev.mojave.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** A lone surrogate is U+FFFD for every tokenizer, not a question mark. */
class LoneSurrogateTest {
    private static final String HALF = "fox \uD83D, \uDE80!";
    private static final String WHOLE = "fox \uFFFD, \uFFFD!";

    @Test
    void everyTokenizerReadsAReplacement() {
        BitSet characters = new BitSet();
        WHOLE.codePoints().forEach(characters::set);
        for (Tokenizer tokenizer :
                new Tokenizer[] {new ByteTokenizer(true), BytePairTokenizer.gpt2(), CharTokenizer.of(characters, true)
                }) {
            assertThat(tokenizer.encode(HALF)).as(tokenizer.kind()).isEqualTo(tokenizer.encode(WHOLE));
            assertThat(tokenizer.decode(tokenizer.encode(HALF)))
                    .as(tokenizer.kind())
                    .isEqualTo(WHOLE);
        }
    }
}
