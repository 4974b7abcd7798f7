package dev.mojave.tensor.kernels.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupsTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 3000", "2, 1", "3, 500", "12, 64", "16, 128", "32, 256", "7, 900", "1000, 1", "33, 65"})
    void everyRowIsOfOneTaskAndEveryTaskOfOneNumber(int sequences, int length) {
        Groups groups = Groups.of(sequences, length);
        AtomicIntegerArray seen = new AtomicIntegerArray(groups.rows());
        AtomicIntegerArray headsOf = new AtomicIntegerArray(sequences);
        ConcurrentHashMap<Integer, Integer> tasks = new ConcurrentHashMap<>();
        groups.forEach(group -> {
            group.forRows((task, from, count) -> {
                assertThat(tasks.put(task, from)).as("task %d", task).isNull();
                for (int row = from; row < from + count; row++) {
                    seen.incrementAndGet(row);
                    assertThat(row / length).isBetween(group.first(), group.first() + group.count() - 1);
                }
            });
            group.forEach(group.count(), i -> headsOf.incrementAndGet(group.first() + i));
        });
        for (int row = 0; row < groups.rows(); row++) {
            assertThat(seen.get(row)).as("row %d", row).isOne();
        }
        for (int sequence = 0; sequence < sequences; sequence++) {
            assertThat(headsOf.get(sequence)).as("sequence %d", sequence).isOne();
        }
        assertThat(tasks.keySet()).allMatch(task -> task >= 0 && task < groups.tasks());
    }
}
