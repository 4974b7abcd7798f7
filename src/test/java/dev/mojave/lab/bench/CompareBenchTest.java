package dev.mojave.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.StopSignals;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Records;
import dev.mojave.moe.router.ExpertChoiceRouter;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.moe.router.SoftRouter;
import dev.mojave.result.bench.BenchComparison;
import dev.mojave.result.bench.BenchComparison.Rival;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.machine.MachineInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CompareBenchTest {
    /** Everything is set, so that a process started by a test need not measure the machine. */
    private static final EngineRequest GIVEN =
            new EngineRequest("cpu", "fp32", Engine.current().blas(), "1", "auto");

    private static List<Rival> compare(CompareBench.Entry... entries) {
        return CompareBench.run(List.of(entries), 6, Progress.SILENT, StopSignal.NEVER);
    }

    @Test
    void ratiosAreTheOthersTimeOverOurs() {
        List<Rival> rivals = compare(
                PretendPeer.entry("ours", "steady", "0.2"),
                PretendPeer.entry("slow", "steady", "0.3"),
                PretendPeer.entry("fast", "steady", "0.1"));
        assertThat(rivals).extracting(Rival::peer).containsExactly("ours", "slow", "fast");
        assertThat(rivals).extracting(Rival::ratio).containsExactly(1.0, 0.3 / 0.2, 0.1 / 0.2);
        assertThat(rivals).allMatch(r -> r.pairs() == 6 && r.program().equals("pretend 1") && r.grownBytes() == 250);
    }

    @Test
    void aPeerThatFailsIsNamedWithWhatItSaidAndTheOthersGoOn() {
        List<Rival> rivals = compare(
                PretendPeer.entry("ours", "steady", "0.2"),
                PretendPeer.entry("absent", "never"),
                PretendPeer.entry("mortal", "dies", "1"),
                PretendPeer.entry("steady", "steady", "0.2"));
        assertThat(rivals.get(1).problem()).contains("absent").contains("No module named 'torch'");
        assertThat(rivals.get(2).problem()).contains("mortal").contains("Killed");
        assertThat(rivals.get(3).pairs()).isEqualTo(6);
    }

    @Test
    void askedToStopItFinishesTheRoundAndReportsWhatThereIs() {
        for (int rounds : new int[] {7, 3}) {
            Notes notes = new Notes();
            List<Rival> rivals = CompareBench.run(
                    List.of(PretendPeer.entry("ours", "steady", "0.2"), PretendPeer.entry("slow", "steady", "0.3")),
                    20,
                    notes,
                    StopSignals.when(() -> notes.rounds >= rounds));
            if (rounds >= 6) {
                assertThat(rivals).extracting(Rival::pairs).containsExactly(rounds, rounds);
                assertThat(notes.said).containsExactly("stopped after 7 of 20 rounds");
            } else {
                assertThat(rivals).isEmpty();
                assertThat(notes.said)
                        .containsExactly(
                                "stopped after 3 of 20 rounds, too few for an interval: at least 6 are needed");
            }
        }
    }

    @Test
    void aProgramThatASignalEndedWhileItStartedIsNotAFailure() {
        Notes notes = new Notes();
        assertThat(CompareBench.run(
                        List.of(PretendPeer.entry("ours", "steady", "0.2"), PretendPeer.entry("absent", "never")),
                        20,
                        notes,
                        StopSignals.when(() -> notes.updates >= 2)))
                .isEmpty();
        assertThat(notes.said)
                .containsExactly("stopped after 0 of 20 rounds, too few for an interval: at least 6 are needed");
    }

    @Test
    void ourProgramFinishesItsTurnWhenASignalReachesIt() throws Exception {
        Workload workload = Workload.dense(Shape.parse("1,2,16,8,11"), 2);
        try (Contestant contestant = new Contestant(CompareBench.ours("ours", workload, GIVEN))) {
            contestant.ready();
            ProcessHandle process =
                    ProcessHandle.current().children().findFirst().orElseThrow();
            for (String signal : List.of("INT", "TERM")) {
                assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                                .start()
                                .waitFor())
                        .isZero();
                assertThat(contestant.run(2).seconds()).hasSize(2);
            }
        }
    }

    /** Progress that records its calls. */
    private static final class Notes implements Progress {
        private final List<String> said = new ArrayList<>();
        private long rounds;
        private int updates;

        @Override
        public void start(String title, long total, String unit) {}

        @Override
        public void update(long done, String detail) {
            rounds = detail.endsWith(" ms") ? done : 0;
            updates++;
        }

        @Override
        public void finish(String summary) {}

        @Override
        public void say(String line) {
            said.add(line);
        }
    }

    @Test
    void withoutOursThereIsNoComparison() {
        assertThatThrownBy(() -> compare(PretendPeer.entry("ours", "never")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("No module named 'torch'");
    }

    @Test
    void ourOwnProgramSpeaksTheSameLanguage() {
        BenchComparison result = CompareBench.run(
                        Workload.dense(Shape.parse("1,2,16,8,11"), 2),
                        GIVEN,
                        List.of(),
                        1,
                        "a command",
                        Progress.SILENT,
                        StopSignal.NEVER)
                .orElseThrow();
        Rival ours = result.rivals().getFirst();
        assertThat(ours.problem()).isNull();
        assertThat(result.machine()).isEqualTo(MachineInfo.detect().described());
        assertThat(ours.program()).startsWith("Mojave fp32");
        assertThat(ours.loadedBytes()).isGreaterThan(50_000_000L);
        assertThat(result.tokensPerSecond()).isEqualTo(16 / ours.stepSeconds());
        assertThat(Json.tree(Json.line(result)).propertyNames())
                .contains("work", "share_of_ceiling", "rivals", "machine", "versions", "commit", "command");
    }

    @Test
    void aMixtureReachesTheProgramThatMeasuresIt() {
        Workload workload = Workload.mixture(4, 2);
        assertThat(Records.read(
                        Json.tree(
                                BenchWorker.command(workload, GIVEN).reversed().get(1)),
                        Workload.class,
                        "test",
                        "workload"))
                .isEqualTo(workload);
    }

    @Test
    void mixturesAreThoseOfThePeersProgram() {
        assertThat(Workload.mixture(4, 2).model().counts().active())
                .isEqualTo(Workload.mixture(1, 2).model().counts().active() + 4L * 4 * 256);
        assertThatThrownBy(() -> Workload.mixture(4, 5)).hasMessage("--top-k (5) must be between 1 and --experts (4)");
    }

    @Test
    void everyRouterThatALanguageModelMayTrainWithIsCompared() {
        Set<Class<?>> compared = Workload.routers().values().stream()
                .map(workload -> workload.model()
                        .mixture()
                        .orElseThrow()
                        .choice()
                        .router()
                        .getClass())
                .collect(Collectors.toSet());
        Set<Class<?>> expected = new HashSet<>(List.of(RouterSpec.class.getPermittedSubclasses()));
        // These routers are left out: they are not causal, or every expert processes every token.
        expected.removeAll(List.of(ExpertChoiceRouter.Spec.class, SoftRouter.Spec.class));
        assertThat(compared).isEqualTo(expected);
        assertThat(Workload.routers().firstEntry().getKey()).isEqualTo("top_k");
    }

    @Test
    void aProgramThatWouldMeasureTheMachineIsRefusedInTests() {
        CompareBench.Entry open =
                CompareBench.ours("ours", Workload.dense(Shape.parse("1,2,16,8,11"), 2), EngineRequest.DEFAULT);
        assertThatThrownBy(() -> compare(open))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("the machine would be measured here")
                .hasMessageContaining("pass engine.blas, engine.threads and engine.precision");
    }

    /** Includes the router that reads categories, which the random rows must therefore have. */
    @Test
    void aStepOfEveryRouterCanBeMeasured() {
        EngineChoice engine = Engine.configure(GIVEN, Progress.SILENT);
        Workload workload = Workload.routers().values().stream()
                .filter(w -> !w.model().categories().isEmpty())
                .findFirst()
                .orElseThrow();
        try (Session session = Session.of(workload, engine)) {
            assertThat(session.step()).isPositive();
        }
    }

    @Test
    void theDenseModelHasAsManyActiveParametersAsMoep() {
        double moep = Workload.moep().model().counts().activeWithoutEmbeddings();
        double dense = Workload.denseAsMoep().model().counts().activeWithoutEmbeddings();
        assertThat(dense / moep).isBetween(0.999, 1.001);
    }
}
