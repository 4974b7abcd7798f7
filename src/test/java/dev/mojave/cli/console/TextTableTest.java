package dev.mojave.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void numbersAreRightAlignedAndWordsLeftAligned() {
        TextTable table = new TextTable("run", "loss", "state");
        table.add("a", "1.5", "running");
        table.add("longer", "10.25", "");
        table.add("c", "-", "failed");
        assertThat(table.text()).isEqualTo("""
                run      loss  state
                a         1.5  running
                longer  10.25
                c           -  failed""");
    }

    @Test
    void aRowMustFit() {
        TextTable table = new TextTable("run", "loss");
        assertThatThrownBy(() -> table.add("a")).hasMessage("a row of 1 cells in a table of 2 columns");
    }
}
