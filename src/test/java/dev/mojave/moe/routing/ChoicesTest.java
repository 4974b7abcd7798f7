package dev.mojave.moe.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ChoicesTest {
    @RepeatedTest(20)
    void assignmentsAreSortedByExpertInTokenOrder(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        int tokens = random.nextInt(40);
        int experts = 1 + random.nextInt(9);
        int topK = 1 + random.nextInt(experts);
        long[] expertOfAssignment =
                random.longs((long) tokens * topK, 0, experts).toArray();
        Choices choices = new Choices(expertOfAssignment, tokens, experts, topK);
        long[] assignmentAtRow = choices.assignmentAtRow();
        for (int row = 0; row < assignmentAtRow.length; row++) {
            assertThat(choices.rowOfAssignment()[(int) assignmentAtRow[row]])
                    .as("inverse, seed %d", seed)
                    .isEqualTo(row);
            if (row > 0) {
                long before = expertOfAssignment[(int) assignmentAtRow[row - 1]];
                long here = expertOfAssignment[(int) assignmentAtRow[row]];
                assertThat(before < here || (before == here && assignmentAtRow[row - 1] < assignmentAtRow[row]))
                        .as("sorted and stable at row %d, seed %d", row, seed)
                        .isTrue();
            }
        }
        assertThat(Arrays.stream(choices.countOfExpert()).sum()).isEqualTo((long) tokens * topK);
        assertThat(Arrays.stream(choices.countOfBestChoice()).sum()).isEqualTo(tokens);
    }

    @Test
    void countsMatchValuesComputedByHand() {
        Choices choices = new Choices(new long[] {2, 0, 1, 2, 2, 1}, 3, 4, 2);
        assertThat(choices.countOfExpert()).containsExactly(1, 2, 3, 0);
        assertThat(choices.countOfBestChoice()).containsExactly(0, 1, 2, 0);
        assertThat(choices.assignmentAtRow()).containsExactly(1, 2, 5, 0, 3, 4);
        assertThat(choices.expert(1, 1)).isEqualTo(2);
    }

    @Test
    void theNumberOfAssignmentsMustMatchTheTokens() {
        assertThatThrownBy(() -> new Choices(new long[5], 3, 4, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("5 assignments for 3 tokens with 2 choices each");
    }
}
