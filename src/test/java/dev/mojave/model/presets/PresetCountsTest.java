package dev.mojave.model.presets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelCounts;
import dev.mojave.model.ModelSpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that every preset, and the model built from it, has the parameter count of its system, which is derived here by hand. */
class PresetCountsTest {
    /** Maximum number of parameters of models that the default tests build; the slow tests build larger ones. */
    private static final long SMALL = 35_000_000;

    static PresetInfo preset(String name) {
        return Presets.all().stream()
                .filter(preset -> preset.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ModelSpec model(String name) {
        return preset(name).model();
    }

    @ParameterizedTest
    @CsvSource({
        "gpt2, 124439808",
        "llama, 58073600",
        "gpt2-babylm, 27782400",
        "moep, 28434432",
        "moep-swiglu, 37532160",
        "moe-124m, 123522048",
        "moe-124m-top2, 123522048",
        "moe-124m-dense, 123517868",
        "char-dense, 10745088",
        "char-switch-2, 17827584",
        "char-switch-4, 31987968",
        "char-switch-8, 60308736",
    })
    void aPresetHasTheParameterCountOfItsSystem(String name, long parameters) {
        assertThat(model(name).counts().total()).isEqualTo(parameters);
    }

    @Test
    void theBaselineOfS1FromItsParts() {
        long width = 384;
        long embeddings = (16_384 + 512) * width;
        // Queries, keys, values and output have 4 D^2, the feed-forward layer 8 D^2, biases 4 D and 5 D, and two norms
        // 2 D each.
        long layer = 12 * width * width + 9 * width + 4 * width;
        assertThat(model("gpt2-babylm").counts().total()).isEqualTo(embeddings + 12 * layer + 2 * width);
    }

    @Test
    void theMixturesOfS1FromTheirParts() {
        long wide = 384;
        long narrow = 192;
        long embeddings = (16_384 + 512) * wide;
        long full = 12 * wide * wide + 13 * wide;
        long block = 12 * narrow * narrow + 13 * narrow;
        long shrink = wide * narrow + narrow;
        long grow = narrow * wide + wide;
        long routers = 4 * wide + 4 * narrow;
        ModelCounts moep = model("moep").counts();
        assertThat(moep.total())
                .isEqualTo(embeddings
                        + 2 * full
                        + 10 * (4 * block + 4 * narrow)
                        + 4 * shrink
                        + 4 * grow
                        + routers
                        + 2 * wide);
        assertThat(moep.activeWithoutEmbeddings())
                .isEqualTo(2 * full + 10 * (2 * block + 4 * narrow) + 2 * shrink + 2 * grow + routers + 2 * wide)
                .isEqualTo(12_753_024);

        // SwiGLU without biases has three projections; only attention and norms have biases.
        long gatedFull = 4 * wide * wide + 4 * wide + 12 * wide * wide + 4 * wide;
        long gatedBlock = 4 * narrow * narrow + 4 * narrow + 12 * narrow * narrow + 4 * narrow;
        long inner = 384;
        long gatedShrink = 2 * wide * inner + inner * narrow;
        long gatedGrow = 2 * narrow * inner + inner * wide;
        assertThat(model("moep-swiglu").counts().total())
                .isEqualTo(embeddings
                        + 2 * gatedFull
                        + 10 * (4 * gatedBlock + 4 * narrow)
                        + 4 * gatedShrink
                        + 4 * gatedGrow
                        + routers
                        + 2 * wide);
    }

    @Test
    void theMixtureOfS2FromItsParts() {
        long width = 384;
        long hidden = 1536;
        long embeddings = (2 * 50_257 + 1024) * width;
        long expert = 3 * width * hidden + 2 * hidden + width;
        long rest = 4 * width * width + 4 * width + 4 * width;
        ModelCounts one = model("moe-124m").counts();
        ModelCounts two = model("moe-124m-top2").counts();
        assertThat(one.total()).isEqualTo(embeddings + 11 * (rest + 4 * expert) + 2 * width);
        assertThat(one.activeWithoutEmbeddings()).isEqualTo(11 * (rest + expert) + 2 * width);
        assertThat(two.activeWithoutEmbeddings()).isEqualTo(11 * (rest + 2 * expert) + 2 * width);
        assertThat(one.activeWithoutEmbeddings() / 1e6).isCloseTo(26.0, within(0.05));
        assertThat(two.activeWithoutEmbeddings() / 1e6).isCloseTo(45.5, within(0.05));
        assertThat(one.active() / 1e6).isCloseTo(65.0, within(0.05));
        assertThat(two.active() / 1e6).isCloseTo(84.5, within(0.05));
    }

    @Test
    void budgetsOfS3AreMatchedWithinAPercentOfAPercent() {
        ModelCounts moe = model("matched-moe").counts();
        assertThat(moe.total()).isLessThan(25_000_000);
        assertThat((double) model("matched-active").counts().withoutEmbeddings())
                .isCloseTo((double) moe.activeWithoutEmbeddings(), within(3e-4 * moe.activeWithoutEmbeddings()));
        assertThat((double) model("matched-total").counts().withoutEmbeddings())
                .isCloseTo((double) moe.withoutEmbeddings(), within(2e-4 * moe.withoutEmbeddings()));
        assertThat((double) model("moe-124m-dense").counts().withoutEmbeddings())
                .isCloseTo((double) model("moe-124m").counts().withoutEmbeddings(), within(1e4));
    }

    @ParameterizedTest
    @MethodSource("dev.mojave.model.presets.Presets#names")
    void theBuiltModelHasThePredictedParameterCount(String name) {
        ModelSpec spec = model(name);
        if (spec.counts().total() <= SMALL) {
            built(spec);
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("dev.mojave.model.presets.Presets#names")
    void aLargeModelHasThePredictedParameterCount(String name) {
        built(model(name));
    }

    private static void built(ModelSpec spec) {
        try (LanguageModel model = LanguageModel.build(spec, 1)) {
            assertThat(model.parameterCount()).isEqualTo(spec.counts().total());
        }
    }
}
