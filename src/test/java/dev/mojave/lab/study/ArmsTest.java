package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Yaml;
import dev.mojave.result.study.ArmResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.StudyRecipe;
import dev.mojave.run.recipe.TrainLength;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ArmsTest {
    private static final int VOCABULARY = 257;
    private static final EngineChoice ENGINE = new EngineChoice("cpu", "fp32", "openblas", 2, "plain", "system");
    private static final String BASE = """
            name: small
            data: {source: embedded, tokenizer: byte}
            model: {preset: llama, hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 96,
              max_position_embeddings: 32}
            train: {batch_size: 4, learning_rate: 0.001}
            budget: {tokens: 10k}
            seeds: [3, 1]
            """;
    private static final String MOE = "  moe: {model: {moe: {num_experts: 4, num_experts_per_tok: 2}}}\n";

    @Test
    void matchedArmsAreTheMixtureMadeDenseAndResized() {
        Arms arms = resolve("arms:\n" + MOE
                + "  active: {match: {arm: moe, by: active}}\n"
                + "  total: {match: {arm: moe, by: total, resize: intermediate_size}}\n");
        assertThat(arms.all()).extracting(Arms.Arm::name).containsExactly("moe", "active", "total");
        assertThat(arms.reference().name()).isEqualTo("moe");
        assertThat(arms.others()).extracting(Arms.Arm::name).containsExactly("active", "total");
        Arms.Arm moe = arms.reference();
        for (Arms.Arm arm : arms.others()) {
            ArmResult.Match match = Objects.requireNonNull(arm.match());
            assertThat(match.arm()).isEqualTo("moe");
            assertThat(arm.sparse()).isFalse();
            assertThat(arm.recipe().model())
                    .isEqualTo(moe.recipe().model().dense().withIntermediateSize((int) match.value()));
            assertThat(arm.recipe().train()).isEqualTo(moe.recipe().train());
            assertThat(match.achieved()).isBetween(match.target() * 99 / 100, match.target() * 101 / 100);
        }
        assertThat(arms.differences()).isEmpty();
    }

    @Test
    void trialsAreSeedByAndAllShareTheBudgetAndTheSplit() {
        Arms arms = resolve("arms:\n" + MOE + "  dense: {match: {arm: moe, by: active}}\n");
        assertThat(arms.trials())
                .extracting(Arms.Trial::name)
                .containsExactly("moe/seed-3", "dense/seed-3", "moe/seed-1", "dense/seed-1");
        for (Arms.Trial trial : arms.trials()) {
            Recipe recipe = trial.recipe(EngineRequest.of(ENGINE));
            assertThat(recipe.name()).isEqualTo("seed-" + trial.seed());
            assertThat(recipe.train().seed()).isEqualTo(trial.seed());
            assertThat(recipe.train().length()).isEqualTo(new TrainLength.Tokens(10_000));
            assertThat(recipe.data()).isEqualTo(arms.reference().recipe().data());
            assertThat(recipe.model()).isEqualTo(trial.arm().recipe().model());
            assertThat(recipe.engine().blas()).isEqualTo("openblas");
            assertThat(recipe.engine().threads()).isEqualTo("2");
        }
    }

    @Test
    void aMixtureInTheBaseIsRemovedFromMatchedArms() {
        Arms arms = Arms.resolve(
                StudyRecipe.of(
                        Yaml.parse(
                                BASE.replace(
                                                "max_position_embeddings: 32",
                                                "max_position_embeddings: 32, moe: {num_experts: 4, "
                                                        + "num_experts_per_tok: 1}")
                                        + "arms: {moe: {}, dense: {match: {arm: moe, by: total}}}\n",
                                "study.yaml"),
                        "study.yaml"),
                VOCABULARY);
        assertThat(arms.reference().name()).isEqualTo("moe");
        assertThat(arms.others().getFirst().sparse()).isFalse();
    }

    @Test
    void theReferenceIsTheMixtureThatIsMatched() {
        Arms arms = resolve("arms:\n  big: {model: {moe: {num_experts: 8, num_experts_per_tok: 2}}}\n" + MOE
                + "  dense: {match: {arm: moe, by: active}}\n");
        assertThat(arms.reference().name()).isEqualTo("moe");
    }

    @Test
    void otherDifferencesBetweenArmsAreReported() {
        Arms arms =
                resolve("arms:\n" + MOE + "  dense: {train: {learning_rate: 0.002}, match: {arm: moe, by: active}}\n");
        assertThat(arms.differences())
                .containsExactly("Arm 'dense' also differs from 'moe' in train.learning_rate (0.002 against 0.001), "
                        + "train.schedule.min_learning_rate (2.0E-4 against 1.0E-4).");
    }

    @Test
    void aStudyNeedsAMixture() {
        refused(
                "arms: {a: {}, b: {model: {hidden_size: 32}}}\n",
                "arms: none of a, b has model.moe; a study compares a mixture of experts with other models, so give one arm "
                        + "model: {moe: {num_experts: 4, num_experts_per_tok: 2}}");
    }

    @Test
    void aMatchNamesAMixture() {
        refused(
                "arms:\n" + MOE + "  a: {}\n  b: {match: {arm: a, by: active}}\n",
                "arms.b.match.arm: arm 'a' is dense; a match resizes a dense model to the budget of a mixture, so name an arm with "
                        + "model.moe");
    }

    @Test
    void dataEngineAndLengthBelongToTheStudy() {
        refused(
                "arms:\n" + MOE + "  b: {data: {split_seed: 1}}\n",
                "arms.b.data.split_seed (1) differs from arm 'moe' (0), but all arms must share it; set it for the whole study, or make "
                        + "two studies");
        refused(
                "arms:\n" + MOE + "  b: {engine: {precision: fp32}}\n",
                "arms.b.engine.precision (\"fp32\") differs from arm 'moe' (\"auto\"), but all arms must share it");
        refused(
                "arms:\n" + MOE + "  b: {train: {tokens: 20k}}\n",
                "arms.b.train.tokens (20000) differs from arm 'moe' (10000), but all arms must share it; give every trial the same "
                        + "length with budget: {tokens: ...}");
        refused(
                "arms:\n" + MOE + "  b: {model: {max_position_embeddings: 16}}\n",
                "arms.b.model.max_position_embeddings (16) differs from arm 'moe' (32)");
    }

    @Test
    void twoArmsThatAreTheSameAreRefused() {
        refused(
                "arms:\n" + MOE + "  a: {}\n  b: {}\n",
                "arms.b and arms.a are identical in every key; remove one of them or make them differ");
    }

    @Test
    void aBudgetOutOfReachNamesTheArm() {
        assertThatThrownBy(() -> resolve("arms:\n"
                        + "  moe: {model: {hidden_size: 2, intermediate_size: 1, num_hidden_layers: 1, num_attention_heads: 1, "
                        + "moe: {num_experts: 2, num_experts_per_tok: 2}}}\n"
                        + "  dense: {model: {hidden_size: 64}, match: {arm: moe, by: total}}\n"))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith(
                        "arms.dense.match: no intermediate_size brings the total parameters without embeddings "
                                + "and head within 1% of arm 'moe'");
    }

    private static void refused(String arms, String message) {
        assertThatThrownBy(() -> resolve(arms))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageStartingWith(message);
    }

    private static Arms resolve(String arms) {
        return Arms.resolve(StudyRecipe.of(Yaml.parse(BASE + arms, "study.yaml"), "study.yaml"), VOCABULARY);
    }
}
