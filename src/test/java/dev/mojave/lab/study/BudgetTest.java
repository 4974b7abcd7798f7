package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.model.ModelCounts;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.model.Tiny;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.router.TopKRouter;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BudgetTest {
    /**
     * Over many shapes: matches are within 1%, only the feed-forward differs, and the three budgets give sizes in the expected
     * order.
     */
    @Test
    void matchesTheModelsOwnCounts() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 200; i++) {
            int experts = random.nextInt(2, 17);
            int chosen = random.nextInt(1, experts + 1);
            int layers = random.nextInt(1, 9);
            ModelSpec moe = spec(
                    32 * random.nextInt(1, 17),
                    layers,
                    random.nextInt(64, 1024),
                    random.nextBoolean(),
                    new MoeSpec(
                                    experts,
                                    chosen,
                                    chosen > 1,
                                    new TopKRouter.Spec(),
                                    Coefficients.NONE
                                            .with(BalanceLoss.SWITCH_BALANCE, 0.01)
                                            .with(BalanceLoss.ROUTER_Z, 0.001))
                            .withSparseStep(random.nextInt(1, layers + 1)));
            Budget.Matched active = Budget.ACTIVE.match("arms.a.match", "moe", moe, moe);
            Budget.Matched total = Budget.TOTAL.match("arms.t.match", "moe", moe, moe);
            Budget.Matched flops = Budget.FLOPS.match("arms.f.match", "moe", moe, moe);

            ModelCounts target = moe.counts();
            near(active.model().counts().activeWithoutEmbeddings(), target.activeWithoutEmbeddings());
            near(active.model().counts().withoutEmbeddings(), active.match().achieved());
            near(total.model().counts().withoutEmbeddings(), target.withoutEmbeddings());
            near(flops.model().counts().flopsPerToken(), target.flopsPerToken());
            assertThat(active.match().target()).isEqualTo(target.activeWithoutEmbeddings());
            assertThat(total.match().target()).isEqualTo(target.withoutEmbeddings());
            assertThat(active.match().value()).isLessThanOrEqualTo(total.match().value());
            for (Budget.Matched matched : java.util.List.of(active, total, flops)) {
                assertThat(matched.model()).isEqualTo(moe.dense().withIntermediateSize((int)
                        matched.match().value()));
            }
        }
    }

    @Test
    void aMixtureOfOneLayerInManyCanStillBeMatched() {
        ModelSpec moe = spec(
                128, 4, 256, true, new MoeSpec(4, 2, true, new TopKRouter.Spec(), Coefficients.NONE).withSparseStep(4));
        assertThat(Budget.ACTIVE.match("arms.a.match", "moe", moe, moe).match().value())
                .isBetween(256L, 512L);
    }

    @Test
    void aTinyMixtureCannotBeMatched() {
        ModelSpec moe = spec(
                2, 1, 1, false, new MoeSpec(2, 2, true, new TopKRouter.Spec(), Coefficients.NONE).withSparseStep(1));
        assertThatThrownBy(() -> Budget.TOTAL.match("arms.dense-total.match", "moe", moe, moe))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith(
                        "arms.dense-total.match: no intermediate_size brings the total parameters without "
                                + "embeddings and head within 1% of arm 'moe'");
    }

    private static void near(long achieved, long target) {
        assertThat(Math.abs(achieved - target)).isLessThanOrEqualTo(target / 100);
    }

    private static ModelSpec spec(int hidden, int layers, int intermediate, boolean llama, @Nullable MoeSpec moe) {
        ModelSpec dense = Tiny.spec(
                llama ? "llama" : "gpt2",
                "{vocab_size: 257, num_attention_heads: 2, max_position_embeddings: 64, tie_word_embeddings: true}",
                "hidden_size: " + hidden,
                "num_hidden_layers: " + layers,
                "intermediate_size: " + intermediate);
        return moe == null ? dense : dense.withMixture(moe);
    }
}
