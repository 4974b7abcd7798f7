package dev.mojave.run.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudyRecipeTest {
    private static final String TYPED =
            RecipeTest.TYPED.replace("  steps: 2k\n", "").replaceFirst("  moe: .*\n", "") + """
            arms:
              moe: {model: {moe: {num_experts: 4, num_experts_per_tok: 2}}}
              dense: {}
              dense-total: {match: {arm: moe, by: total}}
            seeds: [1, 2, 3]
            budget: {tokens: 5M}
            """;

    @TempDir
    Path folder;

    private StudyRecipe read(String text, String... sets) throws IOException {
        return StudyRecipe.read(Files.writeString(folder.resolve("s.yaml"), text), List.of(sets));
    }

    @Test
    void readsArmsSeedsAndBudget() throws IOException {
        StudyRecipe study = read(TYPED);
        assertThat(study.name()).isEqualTo("moe");
        assertThat(study.seeds()).containsExactly(1L, 2L, 3L);
        assertThat(study.budgetTokens()).contains(5_000_000L);
        assertThat(study.arms().keySet()).containsExactly("moe", "dense", "dense-total");
        StudyRecipe.Arm moe = study.arm("moe");
        assertThat(moe.draft().resolve(257).model().mixture()).isPresent();
        assertThat(moe.draft().train().length()).isEqualTo(new TrainLength.Tokens(5_000_000));
        assertThat(moe.match()).isEmpty();
        assertThat(study.arm("dense").draft().yaml()).isEqualTo(study.base().yaml());
        assertThat(study.arm("dense-total").match())
                .isEqualTo(Optional.of(
                        new StudyRecipe.Match("moe", StudyRecipe.MatchBy.TOTAL, StudyRecipe.Resize.INTERMEDIATE_SIZE)));
    }

    @Test
    void printsAStudyThatReadsBackTheSame() throws IOException {
        StudyRecipe study = read(TYPED, "train.seed=3");
        StudyRecipe again = read(study.yaml());
        assertThat(again.yaml()).isEqualTo(study.yaml());
        assertThat(again.sha256()).isEqualTo(study.sha256());
        study.arms().forEach((name, arm) -> {
            assertThat(again.arm(name).draft().yaml()).isEqualTo(arm.draft().yaml());
            assertThat(again.arm(name).match()).isEqualTo(arm.match());
        });
        assertThat(study.yaml()).contains("    match:\n      arm: moe\n      by: total\n");
    }

    @Test
    void printsAnArmThatTakesSomethingAway() throws IOException {
        String sparse = TYPED.replace("model:\n", "model:\n  moe: {num_experts: 2, num_experts_per_tok: 1}\n")
                .replace("dense: {}", "dense: {model: {moe: null, preset: llama}}");
        StudyRecipe study = read(sparse);
        assertThat(study.arm("dense").draft().resolve(257).model().mixture()).isEmpty();
        StudyRecipe again = read(study.yaml());
        assertThat(again.arm("dense").draft().yaml())
                .isEqualTo(study.arm("dense").draft().yaml());
    }

    @Test
    void setsAnyKeyFromTheCommandLine() throws IOException {
        assertThat(read(TYPED, "budget.tokens=1M").base().train().length())
                .isEqualTo(new TrainLength.Tokens(1_000_000));
        assertThat(read(read(TYPED).yaml(), "budget.tokens=1M").base().train().length())
                .isEqualTo(new TrainLength.Tokens(1_000_000));
        assertThat(read(TYPED, "train.steps=10").base().train().length()).isEqualTo(new TrainLength.Steps(10));
        assertThat(read(TYPED, "seeds=[7]").seeds()).containsExactly(7L);
        assertThat(read(TYPED, "model.hidden_size=64")
                        .arm("moe")
                        .draft()
                        .resolve(257)
                        .model()
                        .hiddenSize())
                .isEqualTo(64);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            arms.moe.model.moe.num_expert=4 | --set arms.moe.model.moe.num_expert=4: arms.moe: model.moe.num_expert: unknown key; did you mean 'num_experts'?
            arms.moe.model.moe.num_experts_per_tok=9 | FILE with --set arms.moe.model.moe.num_experts_per_tok=9: arms.moe: model.moe: num_experts_per_tok (9) must be between 1 and num_experts (4)
            arms.dense-total.match.arm=mo | --set arms.dense-total.match.arm=mo: arms.dense-total.match.arm: there is no arm 'mo'; did you mean 'moe'?
            arms.dense-total.match.arm=dense-total | --set arms.dense-total.match.arm=dense-total: arms.dense-total.match.arm: arm 'dense-total' has a match of its own; match an arm whose size is fixed
            arms.dense-total.model.moe.num_experts=4 | FILE with --set arms.dense-total.model.moe.num_experts=4: arms.dense-total.model.moe: an arm with match is a dense model, resized to the budget of a mixture; remove model.moe or match
            arms.dense-total.match.by=size | --set arms.dense-total.match.by=size: arms.dense-total.match.by: unknown value 'size' (one of active, total, flops)
            arms.dense=4              | --set arms.dense=4: arms.dense: expected a section, found 4
            seeds=[]                  | FILE with --set seeds=[]: seeds must list at least one seed, for example [1, 2, 3]
            seeds=[1, 1]              | FILE with --set seeds=[1, 1]: seeds ([1, 1]) must not contain duplicates
            budget.tokens=0           | FILE with --set budget.tokens=0: budget: tokens (0) must be at least 1
            budget.steps=5            | --set budget.steps=5: budget.steps: unknown key; known here: tokens
            grid={}                   | FILE: grid: this recipe describes a sweep, not a study; run it with: mojave sweep FILE
            arms=null                 | FILE has no arms, so it describes one run; train it with: mojave train FILE (a study adds arms, seeds and a budget)
            """)
    void namesTheKeyThatIsWrong(String set, String message) {
        assertThatThrownBy(() -> read(TYPED, set))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage(message.replace("FILE", folder.resolve("s.yaml").toString()));
    }

    @Test
    void refusesTwoLengthsThatDisagree() {
        String file = folder.resolve("s.yaml").toString();
        assertThatThrownBy(() -> read(TYPED.replace("train:\n", "train:\n  steps: 5\n")))
                .hasMessage(
                        file
                                + ": budget.tokens (5000000) and train.steps (5) both set the length of training; remove one of the two");
    }

    @Test
    void namesAnArmWhereTheBaseIsAtFault() {
        String file = folder.resolve("s.yaml").toString();
        String heads = TYPED.replace("dense: {}", "dense: {model: {num_attention_heads: 5}}");
        assertThatThrownBy(() -> read(heads))
                .hasMessageStartingWith(file + ": arms.dense: model: num_attention_heads (5) must divide");
        assertThatThrownBy(() -> StudyRecipe.of(Yaml.parse("name: x\narms: {a: {}}\nseeds: [1]\n", "t"), "t"))
                .hasMessage("t: arms must list at least two arms to compare; found 1");
    }
}
