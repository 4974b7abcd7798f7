package dev.mojave.run.folder;

import dev.mojave.model.ModelCounts;
import dev.mojave.result.RunRecord;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricSeriesReader;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.Recipe;
import java.util.List;

/** Reads a run's folder into the record that reports show. */
public final class RunRecords {
    private RunRecords() {}

    /**
     * Reads a run.
     *
     * @param name the run's name in the report; {@code arm/seed-N} for a trial
     * @param arm the arm to which it belongs, or its own name
     */
    public static RunRecord read(RunFolder run, String name, String arm) {
        Recipe recipe = run.recipe();
        ModelCounts counts = recipe.model().counts();
        List<MetricLine> lines = MetricsLog.read(run.metrics());
        return new RunRecord(
                name,
                arm,
                recipe.train().seed(),
                recipe.model().describe(),
                run.status().state().word(),
                counts.total(),
                counts.active(),
                counts.flopsPerToken(),
                MetricSeriesReader.series(lines),
                MetricSeriesReader.routing(lines),
                run.samples().read().stream().map(Samples.Sample::text).toList(),
                run.recipeText().orElse(""),
                run.provenance(),
                recipe.model().caveats(),
                run.experts(),
                recipe.model().mixtureNames());
    }
}
