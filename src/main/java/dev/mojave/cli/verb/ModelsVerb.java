package dev.mojave.cli.verb;

import dev.mojave.base.Units;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.TextTable;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.model.ModelCounts;
import dev.mojave.model.presets.PresetInfo;
import dev.mojave.model.presets.Presets;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the presets with their parameters and FLOPs. */
@Command(
        name = "models",
        description = {
            "List the model presets with their parameters and FLOPs.",
            "",
            "Counts without embeddings exclude token and position embeddings and the head; active parameters are those",
            "that one token uses. FLOPs are those of training, forward and backward."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave models --json")
public final class ModelsVerb implements Verb {
    /** The JSON result for one preset. */
    record Entry(
            String name,
            String system,
            String description,
            long parametersTotal,
            long parametersActive,
            long parametersWithoutEmbeddings,
            long parametersActiveWithoutEmbeddings,
            long flopsPerToken) {
        static Entry of(PresetInfo preset) {
            ModelCounts counts = preset.model().counts();
            return new Entry(
                    preset.name(),
                    preset.system(),
                    preset.description(),
                    counts.total(),
                    counts.active(),
                    counts.withoutEmbeddings(),
                    counts.activeWithoutEmbeddings(),
                    counts.flopsPerToken());
        }
    }

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        List<Entry> entries = Presets.all().stream().map(Entry::of).toList();
        if (json.chosen(console)) {
            console.json(entries);
            return ExitCodes.OK;
        }
        TextTable table = new TextTable(
                "preset", "parameters", "active", "without embeddings", "active", "FLOPs/token", "description");
        for (Entry entry : entries) {
            table.add(
                    entry.name(),
                    String.format(Locale.ROOT, "%,d", entry.parametersTotal()),
                    Units.count((double) entry.parametersActive()),
                    Units.count((double) entry.parametersWithoutEmbeddings()),
                    Units.count((double) entry.parametersActiveWithoutEmbeddings()),
                    Units.count((double) entry.flopsPerToken()),
                    entry.description());
        }
        console.print(table.text());
        return ExitCodes.OK;
    }
}
