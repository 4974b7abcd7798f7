package dev.mojave.lab.trials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Progress;
import dev.mojave.base.tree.Json;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TrialSetTest {
    @TempDir
    Path folder;

    @Test
    void aPreparedTrialHasItsWholeRecipeAndWaits() throws IOException {
        Trial trial = LocalExecutorTest.trial(folder.resolve("trials/moe/seed-1"));
        TrialSet set = new TrialSet(folder, List.of(trial));
        set.prepare(2);

        RunFolder run = trial.run().orElseThrow();
        assertThat(run.recipe()).isEqualTo(trial.recipe());
        assertThat(run.begun()).isFalse();
        assertThat(run.status().state()).isEqualTo(Status.State.WAITING);
        assertThat(set.open()).containsExactly(trial);
        assertThat(Files.readString(folder.resolve("trials.json")))
                .isEqualTo("""
                {
                  "jobs" : 2,
                  "trials" : [ {
                    "name" : "seed-1",
                    "folder" : "trials/moe/seed-1",
                    "recipe_sha256" : "SHA",
                    "tokens" : 100
                  } ]
                }
                """.replace("SHA", trial.recipe().sha256()));
    }

    @Test
    void onlyWhatFinishedIsComplete() {
        Trial trial = LocalExecutorTest.trial(folder.resolve("seed-1"));
        TrialSet set = new TrialSet(folder, List.of(trial));
        set.prepare(1);
        RunFolder run = trial.run().orElseThrow();
        for (Status.State state : Status.State.values()) {
            run.write(new Status(state, null, 3, 3, "", Map.of()));
            assertThat(trial.complete()).as("%s", state).isEqualTo(state == Status.State.FINISHED);
        }
    }

    @Test
    void theMostJobsThatEverRanAreRemembered() {
        TrialSet set = new TrialSet(folder, List.of(LocalExecutorTest.trial(folder.resolve("seed-1"))));
        assertThat(TrialSet.jobs(folder)).isEqualTo(1);
        set.prepare(3);
        set.prepare(1);
        assertThat(TrialSet.jobs(folder)).isEqualTo(3);
        assertThat(Json.read(folder.resolve("trials.json"), TrialSet.Listing.class)
                        .trials())
                .hasSize(1);
    }

    @Test
    @Timeout(60)
    void asManyJobsAsMakeTheMostSteps() throws IOException {
        List<String> said = new ArrayList<>();
        Progress progress = new Progress() {
            @Override
            public void start(String title, long total, String unit) {}

            @Override
            public void update(long done, String detail) {}

            @Override
            public void finish(String summary) {}

            @Override
            public void say(String line) {
                said.add(line);
            }
        };
        Jobs jobs = new Jobs(new PretendTrial.Commands(), progress);
        // A step takes 1 s with any number of threads, so two side by side make twice the steps.
        assertThat(jobs.measure(Files.writeString(folder.resolve("a.yaml"), "small"), 2))
                .isEqualTo(2);
        // A step takes 3 s on one thread and 1.5 s on two, so nothing is gained.
        assertThat(jobs.measure(Files.writeString(folder.resolve("b.yaml"), "slow"), 2))
                .isEqualTo(1);
        assertThat(said.getFirst())
                .startsWith(
                        "2 trials on one thread each make 2.00 times the steps per second of one trial on 2 threads:"
                                + " running 2 side by side");
        // If the plan fails, the trials run one after another.
        assertThat(jobs.measure(folder.resolve("missing.yaml"), 2)).isEqualTo(1);
        assertThat(Jobs.beside(8, 3)).isEqualTo(2);
        assertThat(Jobs.beside(2, 4)).isEqualTo(1);
    }
}
