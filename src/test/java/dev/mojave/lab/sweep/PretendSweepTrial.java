package dev.mojave.lab.sweep;

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

/** Replaces a trial's process: writes the files of a run, with a loss that depends only on the recipe. */
final class PretendSweepTrial {
    private static final List<String> FLAGS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m", OwnedProcess.flag());

    private PretendSweepTrial() {}

    /** Commands that start this program. */
    static final class Commands implements TrialCommands {
        @Override
        public List<String> train(Path folder) {
            return JavaCommand.of(FLAGS, PretendSweepTrial.class, List.of(folder.toString()));
        }

        @Override
        public List<String> plan(Path recipe, int threads) {
            throw new AssertionError("nothing is to be measured");
        }
    }

    /** The loss is lower near a rate of 0.01 and with more tokens, and varies with the seed; a batch of 13 fails. */
    static double loss(Recipe recipe) {
        double rate = Math.log10(recipe.train().learningRate());
        double tokens = Objects.requireNonNull(recipe.train().tokens());
        long scatter = (recipe.train().seed() * 7919 + Math.round(rate * 1000)) % 17;
        return 2 + 0.1 * (rate + 2) * (rate + 2) + 100 / tokens + 0.001 * Math.abs(scatter);
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
        if (recipe.train().batchSize() == 13) {
            System.out.println("mojave: the loss is not finite");
            process.exit(5);
        }
        long tokens = Objects.requireNonNull(recipe.train().tokens());
        Thread.sleep(20 + 17 * (seed + Math.round(1e5 * recipe.train().learningRate())) % 90);
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
