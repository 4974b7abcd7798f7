package dev.mojave.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PluralTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|word|0 words",
                "1|word|1 word",
                "2|word|2 words",
                "1234567|token|1,234,567 tokens",
                "1|entry|1 entry",
                "2|entry|2 entries",
                "2|key|2 keys",
                "-1|step|-1 steps"
            })
    void theNounFollowsTheNumber(long count, String noun, String text) {
        assertThat(Plural.of(count, noun)).isEqualTo(text);
        assertThat(text).endsWith(" " + Plural.noun(count, noun));
    }
}
