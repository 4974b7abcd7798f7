package dev.mojave.cli.verb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.cli.CliResult;
import dev.mojave.model.presets.Presets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ModelsVerbTest {
    @Test
    void jsonHasTheCountsOfEveryPreset() {
        CliResult result = CliResult.run("models", "--json");
        assertThat(result.code()).isZero();
        assertThat(result.err()).isEmpty();
        List<String> names = new ArrayList<>();
        for (JsonNode preset : Json.tree(result.out())) {
            names.add(preset.path("name").stringValue());
            assertThat(preset.propertyNames())
                    .contains("system", "parameters_total", "parameters_active", "flops_per_token");
            long total = preset.path("parameters_total").longValue();
            assertThat(preset.path("parameters_active").longValue())
                    .isPositive()
                    .isLessThanOrEqualTo(total);
            assertThat(preset.path("parameters_without_embeddings").longValue())
                    .isPositive()
                    .isLessThan(total);
        }
        assertThat(names).isEqualTo(Presets.names());
    }

    @Test
    void theTableHasALineForEveryPreset() {
        CliResult result = CliResult.run("models");
        assertThat(result.code()).isZero();
        assertThat(result.out().lines()).hasSize(1 + Presets.names().size());
        assertThat(result.out()).contains("char-dense");
    }

    @Test
    void anUnexpectedArgumentIsAUsageError() {
        CliResult result = CliResult.run("models", "gpt2");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).isEqualTo("""
                mojave: unexpected argument 'gpt2'
                './mojave models --help' shows the usage.
                """);
    }
}
