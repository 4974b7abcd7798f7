package dev.mojave.result.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingTest {
    @Test
    void theJsonIsWhatProgramsReadAndIsReadBack() {
        Finding measured = new Finding("undertrained", Finding.Severity.WARNING, 2.9, 2.25, "Train longer.");
        Finding other = new Finding("missing_trial", Finding.Severity.ERROR, "Go on.");
        String json = Json.line(List.of(measured, other));
        assertThat(json)
                .isEqualTo("[{\"finding\":\"undertrained\",\"severity\":\"warning\",\"value\":2.9,\"threshold\":2.25,"
                        + "\"remedy\":\"Train longer.\"},{\"finding\":\"missing_trial\",\"severity\":\"error\",\"value\":null,"
                        + "\"threshold\":null,\"remedy\":\"Go on.\"}]");
        assertThat(Json.mapper().readValue(json, Finding[].class)).containsExactly(measured, other);
    }
}
