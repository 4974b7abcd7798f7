package dev.mojave.report.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelsTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            noun,                     noun
            exactly ten,              exactly t…
            a word at the end of it,  a word at…
            `a\tb\r\nc`,              a b c
            ``,                       (empty)
            `  \n `,                  (empty)
            `\u202e\u2066`,           (empty)
            `\u202eabc\u202c`,        abc
            `a\ud800b`,               a\ufffdb
            漢字漢字漢字漢字,         漢字漢字…
            <b>&amp;</b>,             <b>&amp;<…
            """)
    void keepsWhatFitsIntoTenLetters(String text, String label) {
        assertThat(Labels.shortened(text, 10)).isEqualTo(label);
    }

    @Test
    void neverCutsACharacterApart() {
        assertThat(Labels.shortened("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 11)).isEqualTo("👩‍👩‍👧‍👦…");
        assertThat(Labels.shortened("e\u0301".repeat(20), 5)).isEqualTo("e\u0301".repeat(4) + "…");
    }

    @Test
    void labelsDifferWhereTextsDo() {
        String long1 = "a beginning that all of them share, and the first";
        String long2 = "a beginning that all of them share, and the second";
        assertThat(Labels.distinct(List.of(long1, "noun", long2, "", " "), 20))
                .containsExactly("a begi…and the first", "noun", "a begi…nd the second", "(empty)", "(empty) (2)");
        assertThat(Labels.distinct(List.of("x".repeat(40), "x".repeat(41), "x".repeat(42)), 12))
                .containsExactly("xxxx…xxxxxxx", "xxxxxxx… (2)", "xxxxxxx… (3)");
        assertThat(Labels.distinct(
                        List.of("Science, chapter 0: on hills and rivers", "Science, chapter 1: on hills and rivers"),
                        16))
                .containsExactly("Scien…0: on hil…", "Scien…1: on hil…");
        assertThat(Labels.distinct(List.of("a", "a (2)", "a"), 20)).containsExactly("a", "a (2)", "a (3)");
    }
}
