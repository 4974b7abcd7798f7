package dev.mojave.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BuffersTest {
    private static final int MUCH = 1 << 20;

    @BeforeEach
    void nothingIsFree() {
        Buffers.trim();
    }

    @Test
    void returnedBlocksAreReused() {
        long first;
        try (Buffers buffers = new Buffers()) {
            first = buffers.floats(MUCH).address();
        }
        try (Buffers buffers = new Buffers()) {
            MemorySegment slightlyLess = buffers.floats(MUCH - MUCH / 10);
            assertThat(slightlyLess.address()).isEqualTo(first);
            slightlyLess.setAtIndex(ValueLayout.JAVA_FLOAT, MUCH - MUCH / 10 - 1, 1);
        }
    }

    @Test
    void twoUsersNeverShare() {
        try (Buffers one = new Buffers();
                Buffers other = new Buffers()) {
            MemorySegment a = one.floats(1000);
            MemorySegment b = one.floats(1000);
            MemorySegment c = other.floats(1000);
            a.fill((byte) 1);
            b.fill((byte) 2);
            c.fill((byte) 3);
            assertThat(a.get(ValueLayout.JAVA_BYTE, 3999)).isEqualTo((byte) 1);
            assertThat(b.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
            assertThat(c.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 3);
        }
    }

    @Test
    void aBlockMuchTooLargeIsLeftToOthers() {
        try (Buffers inUse = new Buffers()) {
            inUse.floats(2 * MUCH);
            long large;
            try (Buffers buffers = new Buffers()) {
                large = buffers.floats(MUCH).address();
            }
            try (Buffers buffers = new Buffers()) {
                assertThat(buffers.floats(MUCH / 2).address()).isNotEqualTo(large);
                assertThat(buffers.floats(MUCH).address()).isEqualTo(large);
            }
        }
    }

    @Test
    void freeBlocksDoNotPileUpUnderChangingSizes() {
        long before = Scope.liveObjects();
        for (int size = 1; size <= 50; size++) {
            try (Buffers buffers = new Buffers()) {
                buffers.floats(size * 100L);
            }
        }
        assertThat(Scope.liveObjects() - before).isLessThan(10);
        Buffers.trim();
        assertThat(Scope.liveObjects()).isLessThanOrEqualTo(before);
    }

    @Test
    void closingTheScopeReturnsTheRemainingBlocks() {
        long first;
        try (Scope _ = Scope.open()) {
            Buffers buffers = new Buffers();
            buffers.closeWithScope();
            first = buffers.floats(MUCH).address();
        }
        try (Buffers buffers = new Buffers()) {
            assertThat(buffers.floats(MUCH).address()).isEqualTo(first);
        }
    }
}
