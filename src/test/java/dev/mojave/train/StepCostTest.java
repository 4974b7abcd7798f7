package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.model.BlockSpec;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import org.junit.jupiter.api.Test;

class StepCostTest {
    /**
     * Time and memory of a model are extrapolated from few layers, so these must equal the model's own layers, including windows.
     */
    @Test
    void fewLayersAreThoseOfTheModel() {
        for (ModelSpec spec : Tiny.windowed()) {
            ModelSpec more = spec.withLayers(5);
            assertThat(more.numHiddenLayers()).isEqualTo(5);
            assertThat(more.blocks().stream().map(BlockSpec::attention))
                    .hasSize(5)
                    .containsOnly(spec.attentionSpec());
            assertThat(more.withLayers(spec.numHiddenLayers())).isEqualTo(spec);
        }
    }

    @Test
    void whatEachLayerAddsIsCarriedOn() {
        StepCost two = new StepCost(0.3, 0.05, 500);
        StepCost three = new StepCost(0.4, 0.06, 600);
        StepCost twelve = StepCost.extrapolated(two, 2, three, 3, 12);
        assertThat(twelve.microBatch()).isCloseTo(1.3, within(1e-12));
        assertThat(twelve.update()).isCloseTo(0.15, within(1e-12));
        assertThat(twelve.peak()).isCloseTo(1500, within(1e-9));
        // Because of noise, more layers may have been measured as cheaper; the extrapolation must not decrease.
        assertThat(StepCost.extrapolated(three, 2, two, 3, 12)).isEqualTo(two);
    }
}
