package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Progress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StudyProgressTest {
    private final List<String> seen = new ArrayList<>();
    private final Progress recorder = new Progress() {
        @Override
        public void start(String title, long total, String unit) {
            seen.add("start " + title + " " + total + " " + unit);
        }

        @Override
        public void update(long done, String detail) {
            seen.add(done + " " + detail);
        }

        @Override
        public void finish(String summary) {
            seen.add("finish" + summary);
        }

        @Override
        public void say(String line) {
            seen.add("say " + line);
        }
    };

    @Test
    void countsTokensOverTheWholeStudy() {
        StudyProgress progress = new StudyProgress("study", recorder, 1, List.of(1000L, 500L));
        progress.next("moe/seed-1");
        progress.update(Message.progress("loss 2.0", 5, 10));
        progress.say("validation loss 1.9");
        progress.next("dense/seed-1");
        progress.update(Message.progress("loss 3.0", 1, 5));
        progress.finish();
        assertThat(seen)
                .containsExactly(
                        "start study 1500 tokens",
                        "0 trial 2/3 moe/seed-1",
                        "500 trial 2/3 moe/seed-1 · loss 2.0",
                        "say trial 2/3 moe/seed-1: validation loss 1.9",
                        "1000 trial 3/3 dense/seed-1",
                        "1100 trial 3/3 dense/seed-1 · loss 3.0",
                        "finish");
    }

    @Test
    void neverGoesBackOrBeyondTheTrial() {
        StudyProgress progress = new StudyProgress("study", recorder, 0, List.of(100L));
        progress.next("a");
        progress.update(Message.progress("loss", 3, 10));
        progress.update(Message.progress("evaluating", 0, 0));
        progress.update(Message.progress("odd", 20, 10));
        assertThat(seen).endsWith("30 trial 1/1 a · loss", "30 trial 1/1 a · evaluating", "100 trial 1/1 a · odd");
    }
}
