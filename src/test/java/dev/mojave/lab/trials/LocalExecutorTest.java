package dev.mojave.lab.trials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.StopSignal;
import dev.mojave.base.StopSignals;
import dev.mojave.base.process.JavaCommand;
import dev.mojave.base.process.OwnedProcess;
import dev.mojave.base.tree.Yaml;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.RecipeDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LocalExecutorTest {
    private static final Recipe RECIPE =
            RecipeDraft.of(Yaml.parse("""
                            name: pretend
                            data: {source: embedded, tokenizer: byte}
                            model: {preset: gpt2, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 1, max_position_embeddings: 8}
                            train: {batch_size: 1, steps: 200, learning_rate: 1.0e-3}
                            """, "test"), "test").resolve(256);

    @TempDir
    Path folder;

    private final PretendTrial.Recorder recorder = new PretendTrial.Recorder();

    static Trial trial(Path folder) {
        return new Trial(String.valueOf(folder.getFileName()), folder, RECIPE, 100);
    }

    @Test
    void theLastReasonThatTheProgramGaveIsTheReason() {
        run(1, StopSignal.NEVER, "refuse");
        assertThat(recorder.outcomes).containsExactly(new TrialOutcome.Failed("the loss is not finite"));
    }

    @Test
    void aReasonOfAnEarlierAttemptIsNotTheReasonOfThisOne() throws IOException {
        Files.writeString(folder.resolve("mumble.log"), "mojave: an older reason\n");
        run(1, StopSignal.NEVER, "mumble");
        assertThat(recorder.outcomes)
                .containsExactly(new TrialOutcome.Failed(
                        "its process ended with code 3; its last messages are in " + folder.resolve("mumble.log")));
        assertThat(Files.readString(folder.resolve("mumble.log"))).contains("an older reason", "something went wrong");
    }

    @Test
    void oneFailureDoesNotStopTheOthersAndOrderIsKept() {
        run(1, StopSignal.NEVER, "mumble", "work", "refuse");
        assertThat(recorder.events.stream().filter(event -> event.startsWith("started")))
                .containsExactly("started mumble", "started work", "started refuse");
        assertThat(recorder.outcomes.get(1)).isEqualTo(new TrialOutcome.Finished());
        assertThat(recorder.most).isEqualTo(1);
    }

    @Test
    void asManyRunSideBySideAsIsSaidAndAllSaveWhenAskedTo() throws IOException {
        StopSignal bothRun = StopSignals.when(
                () -> Files.exists(folder.resolve("wait/marker")) && Files.exists(folder.resolve("wait-too/marker")));
        run(2, bothRun, "wait", "wait-too", "work");
        assertThat(recorder.most).isEqualTo(2);
        assertThat(recorder.outcomes).containsExactly(new TrialOutcome.Stopped(), new TrialOutcome.Stopped());
        assertThat(Files.readString(folder.resolve("wait/marker"))).isEqualTo("saved");
        assertThat(Files.readString(folder.resolve("wait-too/marker"))).isEqualTo("saved");
        assertThat(recorder.events).doesNotContain("started work");
    }

    @Test
    void jobsMustBePositive() {
        assertThatThrownBy(() -> new LocalExecutor(0, new PretendTrial.Commands()))
                .hasMessage("jobs (0) must be at least 1");
    }

    @Test
    void aSignalToTheTrialAloneSavesToo() throws Exception {
        Process process = start(PretendTrial.command("wait", folder.toString()));
        awaitFile(folder.resolve("marker"));
        // Not process.destroy(), which closes the pipes too, as the owner's death would.
        process.toHandle().destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(folder.resolve("marker"))).isEqualTo("saved");
    }

    @Test
    void noTrialOutlivesAnOwnerThatWasKilled() throws Exception {
        Path marker = folder.resolve("wait/marker");
        Process owner = start(PretendTrial.command("own", folder.resolve("wait").toString()));
        awaitFile(marker);
        ProcessHandle trial =
                ProcessHandle.of(Long.parseLong(Files.readString(marker))).orElseThrow();
        owner.destroyForcibly();
        trial.onExit().get(20, TimeUnit.SECONDS);
        assertThat(trial.isAlive()).isFalse();
        assertThat(Files.readString(marker)).isNotEqualTo("saved");
    }

    @Test
    void theCommandKeepsFlagsButNotWhatBelongsToOneProcess() {
        List<String> command = JavaCommand.of(
                List.of(
                        "-Xmx1g",
                        "-javaagent:jacoco.jar=destfile=x",
                        "-agentlib:jdwp=server=y",
                        "-Dmojave.stderr=3",
                        "-Dmojave.terminal=out,err",
                        "-Dkept=1"),
                PretendTrial.class,
                List.of("one argument"));
        assertThat(command)
                .contains("-Xmx1g", "-Dkept=1")
                .endsWith("dev.mojave.lab.trials.PretendTrial", "one argument");
        assertThat(command).noneMatch(part -> part.startsWith("-javaagent") || part.startsWith("-agentlib"));
        assertThat(command).doesNotContain("-Dmojave.stderr=3", "-Dmojave.terminal=out,err");
        assertThat(JavaCommand.owned(PretendTrial.class, List.of())).containsOnlyOnce(OwnedProcess.flag());
    }

    private void run(int jobs, StopSignal stop, String... names) {
        List<Trial> trials =
                Stream.of(names).map(name -> trial(folder.resolve(name))).toList();
        new LocalExecutor(jobs, new PretendTrial.Commands()).run(trials, recorder, stop);
    }

    private Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("stderr").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void awaitFile(Path file) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!Files.exists(file) || Files.size(file) == 0) {
            assertThat(System.nanoTime()).as("waiting for %s", file).isLessThan(deadline);
            Thread.sleep(10);
        }
    }
}
