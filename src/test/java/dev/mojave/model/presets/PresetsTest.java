package dev.mojave.model.presets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Yaml;
import dev.mojave.model.ModelSpec;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.Attention;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

class PresetsTest {
    private static ObjectNode resolve(String yaml) {
        return Presets.resolve(Yaml.parse(yaml, "test.yaml"), "test.yaml", OptionalInt.of(100));
    }

    private static ModelSpec spec(ObjectNode resolved) {
        return Records.read(resolved, ModelSpec.class, "test.yaml", "model");
    }

    @ParameterizedTest
    @MethodSource("names")
    void aPresetDescribesItself(String name) {
        PresetInfo info = PresetCountsTest.preset(name);
        assertThat(info.system()).isNotBlank();
        assertThat(info.description()).isNotBlank();
    }

    @Test
    void theVocabularyIsTheUsersThenTheTokenizersNeverThePresets() {
        ObjectNode user = Yaml.parse("preset: gpt2", "test.yaml");
        assertThat(Presets.resolve(user, "test.yaml").has("vocab_size")).isFalse();
        assertThat(spec(resolve("preset: gpt2")).vocabSize()).isEqualTo(100);
        assertThat(spec(resolve("preset: gpt2\nvocab_size: 128")).vocabSize()).isEqualTo(128);
        assertThat(user.propertyNames()).as("the user's tree is not modified").containsExactly("preset");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{preset: gpt2}                                       | 3072 | 12",
                "{preset: gpt2, hidden_size: 120}                     |  480 | 12",
                "{preset: gpt2, hidden_size: 120, num_attention_heads: 4} | 480 | 4",
                "{preset: gpt2, hidden_act: swiglu}                   | 2048 | 12",
                "{preset: gpt2, hidden_size: 120, intermediate_size: 77} | 77 | 12",
                "{preset: llama}                                      | 1376 |  8",
                "{preset: llama, hidden_size: 128}                    |  352 |  8",
                "{preset: llama, hidden_size: 1k, num_attention_heads: 10} | 2688 | 10",
                "{preset: llama, num_attention_heads: 4, num_key_value_heads: 2} | 1376 | 2",
                "{preset: llama, hidden_size: 96, hidden_act: gelu}   |  384 |  8",
            })
    void keysAreDerivedFromTypedOnes(String yaml, int intermediate, int keyValueHeads) {
        ModelSpec spec = spec(resolve(yaml));
        assertThat(spec.feedForward().intermediateSize()).isEqualTo(intermediate);
        assertThat(spec.attention().numKeyValueHeads()).isEqualTo(keyValueHeads);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{preset: gpt2}                                     | ALL  | true",
                "{preset: gpt2, bias: false}                        | NONE | false",
                "{preset: llama, bias: true}                        | ALL  | true",
                "{preset: llama, attention_bias: qkv}               | QKV  | false",
                "{preset: gpt2, mlp_bias: false}                    | ALL  | false",
                "{preset: moe-124m}                                 | NONE | true",
                "{preset: moe-124m, bias: false}                    | NONE | false",
            })
    void biasesFollowUnlessTyped(String yaml, Attention.Bias attention, boolean mlp) {
        ModelSpec spec = spec(resolve(yaml));
        assertThat(spec.attention().attentionBias()).isEqualTo(attention);
        assertThat(spec.feedForward().mlpBias()).isEqualTo(mlp);
    }

    @Test
    void aPresetMayStartFromAnother() {
        ModelSpec four = spec(resolve("preset: char-switch-4"));
        assertThat(four.dense()).isEqualTo(spec(resolve("preset: char-dense")));
        assertThat(spec(resolve("{preset: char-switch-4, moe: {num_experts: 8}}")))
                .isEqualTo(spec(resolve("preset: char-switch-8")));
        assertThat(spec(resolve("preset: moe-124m-dense")).mixture()).isEmpty();
    }

    @Test
    void aMixtureIsCompleted() {
        ObjectNode topOne = resolve("{preset: llama, moe: {num_experts: 4, num_experts_per_tok: 1}}");
        assertThat(Yaml.print(topOne.path("moe")).strip()).isEqualTo("""
                num_experts: 4
                num_experts_per_tok: 1
                norm_topk_prob: false""");
        assertThat(Yaml.print(Records.tree(spec(topOne)).path("moe")).strip()).isEqualTo("""
                num_experts: 4
                num_experts_per_tok: 1
                norm_topk_prob: false
                decoder_sparse_step: 1
                mlp_only_layers: []
                shared_expert_intermediate_size: 0
                shared_expert_gate: false
                router: top_k
                losses: {}
                dispatch: dropless
                input_jitter: 0.0
                expert_dropout: 0.0""");
        ModelSpec topTwo = spec(resolve("""
                preset: llama
                moe: {num_experts: 4, num_experts_per_tok: 2, decoder_sparse_step: 2, losses: {switch_balance: 0.01}}
                """));
        assertThat(topTwo.mixture()).hasValueSatisfying(moe -> {
            assertThat(moe.choice().normTopkProb()).isTrue();
            assertThat(moe.placement().decoderSparseStep()).isEqualTo(2);
            assertThat(moe.choice().losses()).isEqualTo(Coefficients.NONE.with(BalanceLoss.SWITCH_BALANCE, 0.01));
            assertThat(moe.choice().router()).isEqualTo(new TopKRouter.Spec());
        });
        assertThat(spec(resolve("{preset: llama, moe: null}")).mixture()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aPrintedModelRunsUnchanged(String name) {
        String mixture = name.startsWith("moep") ? "" : ", moe: {num_experts: 2, num_experts_per_tok: 2}";
        ObjectNode resolved = resolve("{preset: " + name + mixture + "}");
        assertThat(resolved.has("preset")).isFalse();
        ObjectNode again = Yaml.parse(Yaml.print(resolved), "printed.yaml");
        assertThat(Presets.resolve(again, "printed.yaml")).isEqualTo(resolved);
        assertThat(spec(again)).isEqualTo(spec(resolved));
    }

    static Iterable<String> names() {
        return Presets.names();
    }

    @Test
    void anUnknownPresetNamesTheNearest() {
        assertThatThrownBy(() -> resolve("preset: lama"))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage(
                        "test.yaml: model.preset: unknown preset 'lama'; did you mean 'llama'? ('mojave models' lists them)");
        assertThatThrownBy(() -> resolve("preset: 3")).hasMessageContaining("unknown preset '3'");
    }

    @Test
    void withoutAPresetEveryKeyThatCannotBeDerivedIsRequired() {
        assertThatThrownBy(() -> resolve("{hidden_size: 32, norm: rms_norm, bias: false, dropout: null}"))
                .isInstanceOf(Failure.class)
                .hasMessage(
                        "test.yaml: model: needs a preset ('mojave models' lists them) or every key; missing: num_hidden_layers, num_attention_heads, max_position_embeddings, norm_eps,"
                                + " position_embedding, rope_theta, hidden_act, tie_word_embeddings, dropout, initializer_range");
        ObjectNode complete = resolve("preset: llama");
        complete.remove("num_key_value_heads");
        complete.remove("intermediate_size");
        assertThat(spec(Presets.resolve(complete, "test.yaml"))).isEqualTo(spec(resolve("preset: llama")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{preset: gpt2, hiden_size: 96}   | model.hiden_size: unknown key; did you mean 'hidden_size'?",
                "{preset: gpt2, hidden_size: wide} | model.hidden_size: expected a whole number",
                "{preset: gpt2, hidden_size: 100} | num_attention_heads (12) must divide hidden_size (100)",
                "{preset: gpt2, moe: {num_experts_per_tok: 2}} | model.moe.num_experts: is required",
                "{preset: gpt2, moe: {num_experts: 2, num_experts_per_tok: 3}} | num_experts_per_tok (3) must be between 1 and num_experts (2)",
                "{preset: gpt2, moe: {num_experts: 2, num_experts_per_tok: 1, router: topk}} | model.moe.router: unknown value 'topk'; did you mean 'top_k'?",
                "{preset: gpt2, moe: {num_experts: 2, num_experts_per_tok: 1, losses: 3}} | model.moe.losses: expected a section",
                "{preset: gpt2, moe: 4}           | model.moe: expected a section",
            })
    void faultsOfAModelAreReportedByTheReader(String yaml, String message) {
        ObjectNode resolved = resolve(yaml);
        assertThatThrownBy(() -> spec(resolved)).isInstanceOf(Failure.class).hasMessageContaining(message);
    }
}
