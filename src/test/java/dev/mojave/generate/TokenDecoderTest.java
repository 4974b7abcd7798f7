package dev.mojave.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.StopSignal;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.model.Tiny;
import dev.mojave.moe.Dispatch;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.KvCache;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares the decoder with its reference implementation, a forward pass through libtorch. */
class TokenDecoderTest {
    private static final int[] PROMPT = {5, 17, 60};
    private static final int[] NEXT = {3, 0, 42, 9, 9, 31};

    /** Returns the largest difference between logits over the tokens of {@link #NEXT}. */
    private static double distance(ModelSpec spec, WeightFormat format) {
        try (LanguageModel model = Tiny.randomised(spec, 11)) {
            model.roundWeights(format);
            try (KvCache fast = model.newCache(1);
                    KvCache plain = model.newCache(1);
                    TokenReader decoder = TokenReader.of(model, format)) {
                // Models that the decoder does not support are read by forward passes, with the same result.
                boolean known = spec.parallel() == null
                        && spec.mixture().map(TokenDecoderTest::plainTopK).orElse(true);
                assertThat(TokenDecoder.supports(model)).isEqualTo(known);
                decoder.read(fast, PROMPT);
                decoder.read(plain, PROMPT);
                double largest = 0;
                for (int id : NEXT) {
                    float[] a = decoder.next(fast, id);
                    float[] b = decoder.read(plain, new int[] {id});
                    assertThat(a).hasSameSizeAs(b);
                    for (int i = 0; i < a.length; i++) {
                        largest = Math.max(largest, Math.abs(a[i] - b[i]));
                    }
                }
                assertThat(fast.length()).isEqualTo(PROMPT.length + NEXT.length);
                return largest;
            }
        }
    }

    private static boolean plainTopK(MoeSpec moe) {
        return moe.choice().router() instanceof TopKRouter.Spec
                && moe.dispatchSpec().dispatch() != Dispatch.Kind.CAPACITY;
    }

    @Test
    void everyArchitectureGivesTheLogitsOfAForwardPass() {
        // Every seventh combination is enough to pair each choice with every other.
        List<ModelSpec> grid = Tiny.grid();
        for (int i = 0; i < grid.size(); i += 7) {
            assertThat(distance(grid.get(i), WeightFormat.FP32))
                    .as(grid.get(i).toString())
                    .isLessThan(1e-4);
        }
    }

    @Test
    void aSlidingWindowGivesTheLogitsOfAForwardPass() {
        for (ModelSpec spec : Tiny.windowed()) {
            assertThat(distance(spec, WeightFormat.FP32)).as(spec.toString()).isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void narrowWeightsAreThoseOfTheRoundedModel(WeightFormat format) {
        for (ModelSpec spec : Tiny.published()) {
            assertThat(distance(spec, format)).as(spec.toString()).isLessThan(1e-4);
        }
    }

    @Test
    void widthsThatFillNoVectorOrTile() {
        for (String sizes : List.of(
                "{hidden_size: 130, num_attention_heads: 5, intermediate_size: 67}",
                "{hidden_size: 66, num_attention_heads: 3, intermediate_size: 129, vocab_size: 65}",
                "{hidden_size: 10, num_attention_heads: 1, intermediate_size: 1}")) {
            for (WeightFormat format : WeightFormat.values()) {
                assertThat(distance(Tiny.spec("llama", sizes), format))
                        .as("%s %s", sizes, format)
                        .isLessThan(1e-4);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void roundingTwiceChangesNothingMore(WeightFormat format) {
        try (LanguageModel model = Tiny.randomised(Tiny.spec("llama"), 3);
                LanguageModel original = Tiny.randomised(Tiny.spec("llama"), 3)) {
            model.roundWeights(format);
            double once = Tiny.distance(weight(model), weight(original));
            float[] before = weight(model).toFloats();
            model.roundWeights(format);
            double allowed = format == WeightFormat.INT8 ? 1e-7 : 0;
            float[] after = weight(model).toFloats();
            for (int i = 0; i < before.length; i++) {
                assertThat((double) Math.abs(after[i] - before[i])).isLessThanOrEqualTo(allowed);
            }
            // Values are about 0.2; the bound is half a unit of an 8-bit mantissa, or of 127 steps up to the block's
            // largest value.
            switch (format) {
                case FP32 -> assertThat(once).isZero();
                case BF16 -> assertThat(once).isBetween(1e-5, 1.0 / 512);
                case INT8 -> assertThat(once).isBetween(1e-4, 1.0 / 254);
            }
        }
    }

    private static Tensor weight(LanguageModel model) {
        return model.parameters().stream()
                .filter(p -> p.name().equals("layers.0.attention.qkv.weight"))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void aFullCacheIsRefused() {
        try (LanguageModel model = Tiny.randomised(Tiny.spec("gpt2"), 1);
                KvCache cache = model.newCache(1);
                TokenDecoder decoder = new TokenDecoder(model, WeightFormat.FP32)) {
            for (int i = 0; i < cache.capacity(); i++) {
                decoder.next(cache, i);
            }
            assertThatThrownBy(() -> decoder.next(cache, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("17 tokens do not fit a context of 16");
        }
    }

    @Test
    void onlyTheChosenExpertsCount() {
        try (LanguageModel dense = Tiny.randomised(Tiny.spec("llama"), 1);
                LanguageModel few = Tiny.randomised(mixture(4), 1);
                LanguageModel many = Tiny.randomised(mixture(8), 1);
                TokenDecoder a = new TokenDecoder(dense, WeightFormat.FP32);
                TokenDecoder b = new TokenDecoder(few, WeightFormat.FP32);
                TokenDecoder c = new TokenDecoder(many, WeightFormat.FP32)) {
            assertThat(c.bytesPerToken() - b.bytesPerToken()).isEqualTo(2 * 4 * 24 * 4); // only the router grows
            assertThat(b.bytesPerToken()).isGreaterThan(a.bytesPerToken());
        }
    }

    private static ModelSpec mixture(int experts) {
        return Tiny.spec("llama", "moe: {num_experts: " + experts + ", num_experts_per_tok: 2}");
    }

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void textIsThatOfTheModelWithRoundedWeights(WeightFormat format) {
        ModelSpec spec = Tiny.spec("llama", "vocab_size: 256");
        try (LanguageModel model = Tiny.randomised(spec, 7)) {
            model.roundWeights(format);
            ByteTokenizer bytes = new ByteTokenizer(false);
            String fast = new Generator(model, bytes, format)
                    .generate("ab", SamplingSpec.greedy(40), t -> {}, StopSignal.NEVER)
                    .text();
            String exact = new Generator(model, bytes)
                    .generate("ab", SamplingSpec.greedy(40), t -> {}, StopSignal.NEVER)
                    .text();
            assertThat(fast).isEqualTo(exact);
        }
    }

    @Test
    void anUnknownFormatIsNamedWithTheChoices() {
        assertThatThrownBy(() -> WeightFormat.parse("--weights", "int4"))
                .hasMessageStartingWith("--weights: 'int4' is not one of fp32, bf16, int8");
    }
}
