package dev.mojave.moe.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares the losses of a batch in parts, of which one is empty, with those of the whole batch. */
class RoutingPoolTest {
    private static final int[] PARTS = {5, 0, 1, 14};

    /** Returns routing with noise, so that loads have gradients too. */
    private static Routing noisy(Tensor cleanTE, Tensor epsilonTE) {
        Tensor deviationTE = Functions.softplus(cleanTE.mul(0.5));
        Tensor noisyTE = cleanTE.add(epsilonTE.mul(deviationTE));
        Routing plain = Routings.ofLogits(noisyTE, 2);
        return new Routing(
                plain.logitsTE(),
                plain.probabilitiesTE(),
                plain.weightsTK(),
                plain.choices(),
                Optional.of(new Routing.Noise(cleanTE, deviationTE, noisyTE)));
    }

    private static List<Routing> layers(Tensor cleanTE, Tensor epsilonTE, int from, int count) {
        Tensor clean = cleanTE.narrow(0, from, count);
        Tensor epsilon = epsilonTE.narrow(0, from, count);
        return List.of(noisy(clean, epsilon), noisy(clean.mul(-2), epsilon));
    }

    @ParameterizedTest
    @EnumSource(BalanceLoss.class)
    void gradientsOfPartsAddUpToThoseOfTheWhole(BalanceLoss loss) {
        try (Scope _ = Scope.open()) {
            Tensor epsilon = Tensors.normal(Rng.seeded(6), 0, 1, 20, 4);
            Tensor clean = Tensors.normal(Rng.seeded(5), 0.3, 1, 20, 4).requireGrad(true);
            Tensor whole = loss.of(layers(clean, epsilon, 0, 20));
            whole.backward();
            float[] expected = clean.grad().orElseThrow().toFloats();
            clean.clearGrad();

            RoutingPool pool = pool(clean, epsilon);
            assertThat(loss.of(pool.whole()).item()).isCloseTo(whole.item(), within(1e-6));
            int from = 0;
            for (int part = 0; part < PARTS.length; part++) {
                Tensor value = loss.of(pool.with(part, layers(clean, epsilon, from, PARTS[part])));
                assertThat(value.item()).isCloseTo(whole.item(), within(1e-6));
                value.backward();
                from += PARTS[part];
            }
            assertThat(clean.grad().orElseThrow().toFloats()).containsExactly(expected, within(1e-6f));
        }
    }

    @Test
    void decisionsKeepTheirMixture() {
        try (Scope _ = Scope.open()) {
            Mixture mixture = new Mixture(2, "grow", Mixture.Group.PROJECTION);
            Tensor epsilon = Tensors.normal(Rng.seeded(6), 0, 1, 20, 4);
            Tensor clean = Tensors.normal(Rng.seeded(5), 0.3, 1, 20, 4);
            Routing routing = noisy(clean, epsilon).in(mixture);
            assertThat(routing.mixture()).isEqualTo(mixture);
            assertThat(routing.limited(3).mixture()).isEqualTo(mixture);
            RoutingPool.Parts parts = new RoutingPool.Parts();
            try (Scope scope = Scope.open()) {
                parts.add(List.of(routing), scope);
            }
            RoutingPool pool = parts.join(Group.ALONE).orElseThrow();
            assertThat(pool.whole()).extracting(Routing::mixture).containsExactly(mixture);
            assertThat(pool.with(0, List.of(routing)))
                    .extracting(Routing::mixture)
                    .containsExactly(mixture);
        }
    }

    private static RoutingPool pool(Tensor clean, Tensor epsilon) {
        RoutingPool.Parts parts = new RoutingPool.Parts();
        int from = 0;
        for (int count : PARTS) {
            try (Scope scope = Scope.open()) {
                parts.add(layers(clean, epsilon, from, count), scope);
            }
            from += count;
        }
        return parts.join(Group.ALONE).orElseThrow();
    }

    /** An expert-choice router gives the tokens of one batch more experts than those of another. */
    @Test
    void partsMayHaveDifferentNumbersOfChoices() {
        try (Scope _ = Scope.open()) {
            RoutingPool.Parts parts = new RoutingPool.Parts();
            List<Routing> all = new ArrayList<>();
            for (int topK : new int[] {3, 1, 2}) {
                try (Scope scope = Scope.open()) {
                    Routing routing = Routings.ofLogits(Tensors.normal(Rng.seeded(topK), 0, 1, 7, 4), topK);
                    parts.add(List.of(routing), scope);
                }
                all.add(Routings.ofLogits(Tensors.normal(Rng.seeded(topK), 0, 1, 7, 4), topK));
            }
            Routing whole = parts.join(Group.ALONE).orElseThrow().whole().getFirst();
            assertThat(whole.topK()).isEqualTo(3);
            for (int expert = 0; expert < 4; expert++) {
                long requested = 0;
                for (Routing routing : all) {
                    requested += routing.choices().requestedOfExpert()[expert];
                }
                assertThat(whole.choices().requestedOfExpert()[expert]).isEqualTo(requested);
            }
            float[] gates = whole.gatesTE().toFloats();
            for (int part = 0; part < all.size(); part++) {
                float[] own = all.get(part).gatesTE().toFloats();
                assertThat(Arrays.copyOfRange(gates, part * own.length, (part + 1) * own.length))
                        .containsExactly(own);
            }
        }
    }
}
