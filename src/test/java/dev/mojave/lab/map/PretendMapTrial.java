package dev.mojave.lab.map;

import dev.mojave.base.process.JavaCommand;
import dev.mojave.base.process.OwnedProcess;
import dev.mojave.lab.trials.TrialCommands;
import dev.mojave.result.Provenance;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Stands in for a trial's process: writes what a run leaves behind, with a loss that follows from the recipe alone. */
final class PretendMapTrial {
    private static final List<String> FLAGS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m", OwnedProcess.flag());

    private PretendMapTrial() {}

    /** Commands that start this. */
    static final class Commands implements TrialCommands {
        @Override
        public List<String> train(Path folder) {
            return JavaCommand.of(FLAGS, PretendMapTrial.class, List.of(folder.toString()));
        }

        @Override
        public List<String> plan(Path recipe, int threads) {
            throw new AssertionError("nothing is to be measured");
        }
    }

    /**
     * Dense models like a rate of 0.01 and mixtures one of 0.1. At its best rate a mixture leads from 40 tokens times the square of width / 8
     * on: 40 at width 8, 160 at 16.
     */
    static double loss(Recipe recipe) {
        double rate = Math.log10(recipe.train().learningRate());
        double tokens = Objects.requireNonNull(recipe.train().tokens());
        boolean sparse = recipe.model().sparse();
        double best = sparse ? -1 : -2;
        double turn = 40 * Math.pow(recipe.model().hiddenSize() / 8.0, 2);
        double gap = sparse ? -0.1 * Math.log(tokens / turn) : 0;
        double scatter = 0.001 * ((recipe.train().seed() * 7919 + (sparse ? 5 : 0)) % 11);
        return 2 + 0.1 * (rate - best) * (rate - best) + 100 / tokens + gap + scatter;
    }

    public static void main(String[] arguments) throws Exception {
        OwnedProcess process = OwnedProcess.ofThisProcess().orElseThrow();
        RunFolder run = RunFolder.open(Path.of(arguments[0]));
        Recipe recipe = run.recipe();
        long seed = recipe.train().seed();
        run.write(new Provenance(
                "0.1",
                "abc",
                "00",
                "embedded",
                "11",
                List.of(seed),
                new Provenance.Machine("cpu", 2, 1, "os", null),
                Map.of(),
                Map.of(),
                "mojave train",
                "2026-11-23T00:00:00Z",
                null));
        if (recipe.train().learningRate() > 1) {
            System.out.println("mojave: the loss is not finite");
            process.exit(5);
        }
        long tokens = Objects.requireNonNull(recipe.train().tokens());
        Thread.sleep(10 + 17 * (seed + tokens) % 60);
        try (MetricsLog log = MetricsLog.append(run.metrics())) {
            log.write(new MetricLine(
                    10,
                    tokens,
                    null,
                    5,
                    Map.of("val/loss", loss(recipe), "train/tokens_per_second", 100.0, "memory/peak_bytes", 1e6),
                    Map.of()));
        }
        run.write(new Status(Status.State.FINISHED, null, 10, 10, "2026-11-23T00:00:00Z", Map.of()));
        process.exit(0);
    }
}
