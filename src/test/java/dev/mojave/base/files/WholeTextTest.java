package dev.mojave.base.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WholeTextTest {
    @Test
    void unpairedSurrogatesAreReplacedAndPairsAreKept() {
        assertThat(WholeText.of("a\uD83D")).isEqualTo("a\uFFFD");
        assertThat(WholeText.of("\uDE80b")).isEqualTo("\uFFFDb");
        assertThat(WholeText.of("\uDE80\uD83D")).isEqualTo("\uFFFD\uFFFD");
        assertThat(WholeText.of("\uD83D\uD83D\uDE80\uDE80")).isEqualTo("\uFFFD\uD83D\uDE80\uFFFD");
        String whole = "caf\u00e9 \uD83D\uDE80";
        assertThat(WholeText.of(whole)).isSameAs(whole);
        assertThat(WholeText.isWhole(whole)).isTrue();
        assertThat(WholeText.isWhole("a\uD83Db")).isFalse();
    }

    @Test
    void theResultCanBeEncodedAndKeepsItsLength() {
        Random random = new Random(1);
        for (int round = 0; round < 2000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                text.append(random.nextBoolean() ? 'a' : (char) (0xD800 + random.nextInt(0x800)));
            }
            String whole = WholeText.of(text.toString());
            assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(whole)).isTrue();
            assertThat(whole).hasSameSizeAs(text);
            // The standard library replaces each unpaired surrogate with a question mark.
            assertThat(whole.replace('\uFFFD', '?'))
                    .isEqualTo(new String(text.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        }
    }
}
