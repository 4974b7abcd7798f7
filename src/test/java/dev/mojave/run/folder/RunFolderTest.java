package dev.mojave.run.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.result.Provenance;
import dev.mojave.result.RunRecord;
import dev.mojave.result.RunSummary;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.run.recipe.RecipeTest;
import dev.mojave.tensor.engine.choice.EngineChoice;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    Path output;

    static Recipe recipe() {
        return RecipeDraft.of(Yaml.parse(RecipeTest.TYPED, "t"), "t").resolve(257);
    }

    private static Status status(Status.State state) {
        return new Status(
                state, null, 7, 100, "2026-01-01T00:00:00Z", Map.of("train/loss", 2.5, "val/loss", Double.NaN));
    }

    private static void assertUsage(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage(message);
    }

    @Test
    void keepsEverythingThatARunLeaves() {
        RunFolder run = RunFolder.create(output, "a", false);
        Provenance provenance = Provenances.of(new Provenances.Facts(
                "r",
                "embedded",
                "d",
                List.of(1L),
                new EngineChoice("cpu", "fp32", "mkl", 2, "fused", "tuned"),
                Map.of(),
                "mojave train"));
        run.write(recipe());
        run.write(new ByteTokenizer(true));
        run.write(provenance);
        run.write(status(Status.State.FINISHED));
        try (MetricsLog log = MetricsLog.append(run.metrics())) {
            log.write(new MetricLine(1, 10, null, 0.5, Map.of("train/loss", 3.0), Map.of("moe/0/load", List.of(1.0))));
            log.write(new MetricLine(2, 20, null, 0.5, Map.of("val/loss", 2.0), Map.of()));
        }
        run.samples().append(new Samples.Sample(5, "Once\nupon\n"));
        RunFolder again = RunFolder.open(output.resolve("a"));
        assertThat(again.name()).isEqualTo("a");
        assertThat(again.recipe()).isEqualTo(recipe());
        assertThat(again.tokenizer().decode(again.tokenizer().encode("Grüße"))).isEqualTo("Grüße");
        assertThat(again.provenance()).isEqualTo(provenance);
        assertThat(again.status().state()).isEqualTo(Status.State.FINISHED);
        assertThat(again.lastMetrics()).containsEntry("train/loss", 3.0).containsEntry("val/loss", 2.0);
        RunRecord record = RunRecords.read(again, "moe/seed-0", "moe");
        assertThat(record.parametersTotal()).isEqualTo(recipe().model().counts().total());
        assertThat(record.series()).hasSize(2);
        assertThat(record.routing()).hasSize(1);
        assertThat(record.samples()).containsExactly("Once\nupon\n");
        assertThat(record.recipe()).isEqualTo(recipe().yaml());
        assertThat(record.state()).isEqualTo("finished");
        assertThat(provenance.machine().cores()).isPositive();
        assertThat(provenance.versions()).containsKey("java");
        assertThat(provenance.engine()).containsEntry("blas", "mkl");
    }

    @Test
    void refusesANameThatIsTakenAndNamesTheRemedies() throws IOException {
        RunFolder run = RunFolder.create(output, "a", false);
        run.write(recipe());
        String path = output.resolve("a").toString();
        assertUsage(
                () -> RunFolder.create(output, "a", false),
                path
                        + " already exists; continue it with --resume auto, choose another --name, or replace it with --overwrite");
        assertThat(RunFolder.exists(output, "a")).isTrue();
        RunFolder fresh = RunFolder.create(output, "a", true);
        assertThat(fresh.recipeText()).isEmpty();
        assertThat(RunFolder.exists(output, "a")).isFalse();

        Path precious = Files.createDirectories(output.resolve("home"));
        Files.writeString(precious.resolve("thesis.txt"), "x");
        String refusal = precious + " already exists and is not a run; choose another --name or --output";
        assertUsage(() -> RunFolder.create(output, "home", false), refusal);
        assertUsage(() -> RunFolder.create(output, "home", true), refusal);
        assertThat(precious.resolve("thesis.txt")).exists();
        Files.createDirectories(output.resolve("study/trials/x"));
        Files.writeString(output.resolve("study/recipe.yaml"), "x");
        assertUsage(
                () -> RunFolder.create(output, "study", true),
                output.resolve("study") + " already exists and is not a run; choose another --name or --output");
    }

    @Test
    void doesNotFollowLinksWhenItOverwrites() throws IOException {
        Path outside = Files.createDirectories(output.resolve("outside"));
        Files.writeString(outside.resolve("kept.txt"), "x");
        RunFolder run = RunFolder.create(output.resolve("runs"), "a", false);
        run.write(recipe());
        Files.createSymbolicLink(run.path().resolve("link"), outside);
        RunFolder.create(output.resolve("runs"), "a", true);
        assertThat(outside.resolve("kept.txt")).exists();
    }

    @Test
    void namesFoldersThatAreNotRuns() throws IOException {
        Path none = output.resolve("none");
        assertUsage(
                () -> RunFolder.open(none),
                none + " is not a run: there is no such folder; list runs with: mojave runs");
        Path empty = Files.createDirectories(output.resolve("empty"));
        assertUsage(
                () -> RunFolder.open(empty),
                empty + " is not a run: it has no recipe.yaml; list runs with: mojave runs");
        Path file = Files.writeString(output.resolve("file"), "x");
        assertUsage(() -> RunFolder.open(file), file + " is not a run: it is a file; list runs with: mojave runs");
        Path model = Files.createDirectories(output.resolve("a model"));
        Files.writeString(model.resolve("config.json"), "{}");
        assertUsage(
                () -> RunFolder.open(model),
                model + " is the folder of a model, not of a run; import it as a run with: mojave import '" + model
                        + "'");
        assertThatThrownBy(() -> RunFolder.create(file, "a", false)).isInstanceOf(Failure.class);
        assertThatThrownBy(() -> RunFolder.create(output, "../up", false))
                .hasMessageContaining("must be a folder name");
    }

    @Test
    void letsOneTrainAtATime() {
        RunFolder run = RunFolder.create(output, "a", false);
        String refusal = run.path()
                + ": another process is training in this folder; wait for it, stop it, or choose another --name";
        try (RunLock lock = run.lock()) {
            assertThat(lock).isNotNull();
            run.write(status(Status.State.RUNNING));
            assertThat(run.status().state()).isEqualTo(Status.State.RUNNING);
            assertThatThrownBy(() -> run.lock().close()).hasMessage(refusal);
            assertThatThrownBy(() -> RunFolder.create(output, "a", true)).hasMessage(refusal);
            assertThat(run.status().state()).isEqualTo(Status.State.RUNNING);
        }
        assertThat(run.status().state()).isEqualTo(Status.State.INTERRUPTED);
        assertThat(run.status().reason()).isEqualTo("its process ended unexpectedly; --resume auto continues it");
        try (RunLock again = run.lock()) {
            assertThat(again).isNotNull();
        }
    }

    /** Holds the lock of the given folder until its input ends. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            RunFolder run = RunFolder.create(Path.of(arguments[0]), "held", false);
            try (RunLock _ = run.lock()) {
                run.write(status(Status.State.RUNNING));
                System.out.println("held");
                while (System.in.read() >= 0) {
                    // Waits for the end of its input, or until it is killed.
                }
            }
        }
    }

    @Test
    void recognisesAProcessThatWasKilled() throws Exception {
        Process holder = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        output.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).startsWith("held");
            RunFolder run = RunFolder.open(output.resolve("held"));
            assertThat(run.status().state()).isEqualTo(Status.State.RUNNING);
            assertThatThrownBy(() -> run.lock().close()).hasMessageContaining("another process is training");
            holder.destroyForcibly();
            assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(run.status().state()).isEqualTo(Status.State.INTERRUPTED);
            run.lock().close();
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void listsRunsAndTrials() throws IOException {
        RunFolder first = RunFolder.create(output, "b", false);
        first.write(recipe());
        first.write(status(Status.State.FINISHED));
        RunFolder trial = RunFolder.create(output.resolve("study/trials/moe"), "seed-1", false);
        trial.write(recipe());
        Files.writeString(output.resolve("study/recipe.yaml"), "arms: {}\n");
        RunFolder damaged = RunFolder.create(output, "c", false);
        damaged.write(recipe());
        Files.writeString(damaged.path().resolve("status.json"), "{\"state\":");
        Files.writeString(output.resolve("notes.txt"), "x");
        List<RunSummary> runs = Runs.list(output);
        assertThat(runs).extracting(RunSummary::name).containsExactly("b", "c", "study/trials/moe/seed-1");
        assertThat(runs.get(0).state()).isEqualTo("finished");
        assertThat(runs.get(0).trainLoss()).isEqualTo(2.5);
        assertThat(runs.get(0).valLoss()).isNull();
        assertThat(runs.get(0).totalSteps()).isEqualTo(100);
        assertThat(runs.get(1).state()).isEqualTo("failed");
        assertThat(runs.get(1).reason()).contains("status.json: ");
        assertThat(runs.get(2).state()).isEqualTo("waiting");
        assertThat(runs.get(2).reason()).isEqualTo("not begun");
        assertThat(Runs.list(output.resolve("none"))).isEmpty();
    }

    @Test
    void writesSamplesThatReadBackAndCutsThem() {
        Samples samples = new Samples(output.resolve("samples.txt"));
        assertThat(samples.read()).isEmpty();
        List<Samples.Sample> written = List.of(
                new Samples.Sample(1, "a"),
                new Samples.Sample(2, "b\n\n"),
                new Samples.Sample(2, ""),
                new Samples.Sample(3, "d"));
        written.forEach(samples::append);
        assertThat(samples.read()).isEqualTo(written);
        samples.truncateAfter(2);
        assertThat(samples.read()).isEqualTo(written.subList(0, 3));
        samples.truncateAfter(2);
        assertThat(samples.read()).hasSize(3);
    }
}
