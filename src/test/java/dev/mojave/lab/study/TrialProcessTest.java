package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.JavaCommand;
import dev.mojave.base.StopSignal;
import dev.mojave.base.StopSignals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TrialProcessTest {
    @TempDir
    Path folder;

    private final List<Message> messages = Collections.synchronizedList(new ArrayList<>());
    private Path log = Path.of("unset");

    @BeforeEach
    void log() {
        log = folder.resolve("moe").resolve("seed-1.log");
    }

    @Test
    void passesProgressAndTheReasonOnAndIgnoresWhatIsNotAMessage() {
        assertThat(run(StopSignal.NEVER, "refuse"))
                .isEqualTo(new TrialProcess.Outcome.Failed("the loss is not finite"));
        assertThat(messages)
                .containsExactly(
                        Message.progress("training", 0, 10), Message.progress("loss 2.0", 4, 10), Message.say("kept"));
    }

    @Test
    void aDeathWithoutAWordIsReportedAndItsOutputKept() throws IOException {
        assertThat(run(StopSignal.NEVER, "mumble"))
                .isEqualTo(new TrialProcess.Outcome.Failed(
                        "its process ended with code 3; what it said last is in " + log));
        assertThat(Files.readString(log)).contains("something went wrong");
    }

    @Test
    void aRequestToStopReachesTheTrialWhichSaves() throws IOException {
        Path marker = folder.resolve("marker");
        assertThat(run(once(marker), "wait", marker.toString())).isEqualTo(new TrialProcess.Outcome.Stopped());
        assertThat(Files.readString(marker)).isEqualTo("saved");
    }

    @Test
    void aSignalToTheTrialAloneSavesToo() throws Exception {
        Path marker = folder.resolve("marker");
        Process process = start("wait", marker.toString());
        awaitFile(marker);
        // Not process.destroy(), which closes the pipes too, as the study's death would.
        process.toHandle().destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(marker)).isEqualTo("saved");
    }

    @Test
    void noTrialOutlivesAStudyThatWasKilled() throws Exception {
        Path marker = folder.resolve("marker");
        Process study = start("own", marker.toString(), log.toString());
        awaitFile(marker);
        ProcessHandle trial =
                ProcessHandle.of(Long.parseLong(Files.readString(marker))).orElseThrow();
        study.destroyForcibly();
        trial.onExit().get(20, TimeUnit.SECONDS);
        assertThat(trial.isAlive()).isFalse();
        assertThat(Files.readString(marker)).isNotEqualTo("saved");
    }

    @Test
    void everyEndHasAMeaning() {
        assertThat(TrialProcess.outcome(0, "", true, log)).isEqualTo(new TrialProcess.Outcome.Finished());
        assertThat(TrialProcess.outcome(139, "", false, log))
                .isEqualTo(new TrialProcess.Outcome.Failed(
                        "its process was ended by signal 11 (segmentation fault in a native "
                                + "library); what it said last is in " + log));
        assertThat(TrialProcess.outcome(137, "", false, log))
                .isEqualTo(new TrialProcess.Outcome.Failed(
                        "its process was ended by signal 9 (killed; the system does so when "
                                + "memory runs out); what it said last is in " + log));
        assertThat(TrialProcess.outcome(130, "", false, log)).isInstanceOf(TrialProcess.Outcome.Failed.class);
        assertThat(TrialProcess.outcome(130, "", true, log)).isInstanceOf(TrialProcess.Outcome.Stopped.class);
        assertThat(TrialProcess.outcome(134, "said", true, log)).isEqualTo(new TrialProcess.Outcome.Failed("said"));
    }

    @Test
    void theCommandKeepsFlagsButNotWhatBelongsToOneProcess() {
        List<String> command = JavaCommand.of(
                List.of(
                        "-Xmx1g",
                        "-javaagent:jacoco.jar=destfile=x",
                        "-agentlib:jdwp=server=y",
                        "-Dmojave.stderr=3",
                        "-Dkept=1"),
                PretendTrial.class,
                List.of("one argument"));
        assertThat(command)
                .contains("-Xmx1g", "-Dkept=1")
                .endsWith("dev.mojave.lab.study.PretendTrial", "one argument");
        assertThat(command).noneMatch(part -> part.startsWith("-javaagent") || part.startsWith("-agentlib"));
        assertThat(command).doesNotContain("-Dmojave.stderr=3");
    }

    private TrialProcess.Outcome run(StopSignal stop, String... arguments) {
        return TrialProcess.run(command(arguments), log, messages::add, stop);
    }

    private static List<String> command(String... arguments) {
        return JavaCommand.of(PretendTrial.FLAGS, PretendTrial.class, List.of(arguments));
    }

    private Process start(String... arguments) throws IOException {
        return new ProcessBuilder(command(arguments))
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

    /** Asks to stop once the trial runs. */
    private static StopSignal once(Path marker) {
        return StopSignals.when(() -> Files.exists(marker));
    }
}
