package dev.mojave.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopTextTest {
    @Test
    void aStopTextThatComesInPiecesIsNeverShown() {
        StopText stop = new StopText(List.of("END"));
        assertThat(stop.add("one E")).isEqualTo("one ");
        assertThat(stop.add("N")).isEmpty();
        assertThat(stop.stopped()).isFalse();
        assertThat(stop.add("D two")).isEmpty();
        assertThat(stop.stopped()).isTrue();
        assertThat(stop.finish()).isEmpty();
    }

    @Test
    void whatTurnsOutNotToBeAStopIsShownAfterAll() {
        StopText stop = new StopText(List.of("END"));
        assertThat(stop.add("EN")).isEmpty();
        assertThat(stop.add("E")).isEqualTo("EN");
        assertThat(stop.finish()).isEqualTo("E");
    }

    @Test
    void theFirstOfSeveralStopsCounts() {
        StopText stop = new StopText(List.of("b", "a"));
        assertThat(stop.add("x a b")).isEqualTo("x ");
    }

    @Test
    void withoutStopsTextPassesStraightThrough() {
        StopText stop = new StopText(List.of());
        assertThat(stop.add("abc")).isEqualTo("abc");
        assertThat(stop.finish()).isEmpty();
    }
}
