package dev.mojave.data.tokenizer.bpe;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** A growing list of integers that skips an integer equal to the last one. */
final class IntList {
    private int[] values = new int[2];
    private int size;

    void add(int value) {
        if (size > 0 && values[size - 1] == value) {
            return;
        }
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = value;
    }

    void forEach(IntConsumer consumer) {
        for (int i = 0; i < size; i++) {
            consumer.accept(values[i]);
        }
    }
}
