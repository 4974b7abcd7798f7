package dev.mojave.base.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.Units;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class RecordsTest {
    enum Norm {
        RMS_NORM,
        LAYER_NORM,
        @JsonProperty("none")
        OFF
    }

    sealed interface Schedule {}

    record Cosine(@Default("0.1") double floor) implements Schedule {}

    @JsonTypeName("wsd")
    record WarmStable(double decayFraction) implements Schedule {}

    record Limit(long tokens) {
        @JsonCreator
        static Limit parse(String text) {
            return new Limit(text.equals("all") ? Long.MAX_VALUE : Units.parseCount(text));
        }

        @JsonValue
        String text() {
            return tokens == Long.MAX_VALUE ? "all" : Long.toString(tokens);
        }
    }

    record Experts(int numExperts, @Default("1") int numExpertsPerTok) {
        Experts {
            Check.that(
                    numExpertsPerTok <= numExperts,
                    "num_experts_per_tok (%d) must be at most num_experts (%d)",
                    numExpertsPerTok,
                    numExperts);
        }
    }

    record Settings(
            String name,
            long steps,
            @Default("0.5") double rate,
            @Default("rms_norm") Norm norm,
            @Default("[0.9, 0.95]") List<Double> betas,
            @Default("{kind: cosine}") Schedule schedule,
            @Default("all") Limit limit,
            @Default("false") @JsonProperty("tie_words") boolean tied,
            @Nullable Experts moe,
            Optional<String> note,
            @Default("{}") Map<String, Double> losses) {}

    record Held(String by, double fraction) {
        @JsonCreator
        static Held of(
                @JsonProperty("tail") @Nullable Double tail, @JsonProperty("documents") @Nullable Double documents) {
            Check.that(tail == null || documents == null, "tail and documents exclude each other");
            return documents == null ? new Held("tail", tail == null ? 0 : tail) : new Held("documents", documents);
        }

        @JsonValue
        Map<String, Double> text() {
            return Map.of(by, fraction);
        }
    }

    record Data(
            Held validation,

            @JsonInclude(JsonInclude.Include.NON_EMPTY) @Default("\"\"")
            String field) {}

    @Test
    void readsASectionThroughAFactory() {
        Data data = Records.read(Yaml.parse("validation: {documents: 0.05}", "r"), Data.class, "r.yaml", "data");
        assertThat(data).isEqualTo(new Data(new Held("documents", 0.05), ""));
        assertThat(Yaml.print(Records.tree(data))).isEqualTo("validation:\n  documents: 0.05\n");
        assertThatThrownBy(() -> Records.read(
                        Yaml.parse("validation: {documents: 0.05, tail: 1}", "r"), Data.class, "r.yaml", "data"))
                .hasMessage("r.yaml: data.validation: tail and documents exclude each other");
        assertThatThrownBy(() -> Records.read(Yaml.parse("validation: {tails: 1}", "r"), Data.class, "r.yaml", "data"))
                .hasMessage("r.yaml: data.validation.tails: unknown key; did you mean 'tail'?");
    }

    record Engine(String blas) {
        Engine {
            Check.that(blas.equals("mkl"), "engine.blas: '%s' is not mkl", blas);
        }
    }

    @Test
    void doesNotNameASectionTwice() {
        assertThatThrownBy(() -> Records.read(Yaml.parse("blas: x", "r"), Engine.class, "r.yaml", "engine"))
                .hasMessage("r.yaml: engine.blas: 'x' is not mkl");
    }

    private static Settings read(String yaml) {
        return Records.read(Yaml.parse(yaml, "r.yaml"), Settings.class, "r.yaml", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1000",
                "1e3",
                "1.0e3",
                "+1e+3",
                "1_000",
                "1k",
                "1K",
                "1.0k",
                "\"1000\"",
                "'1e3'",
                "0x3E8",
                "01000",
                "1000."
            })
    void aWholeNumberMayBeWrittenInManyWays(String written) {
        assertThat(read("name: x\nsteps: " + written).steps()).isEqualTo(1000);
        assertThat(read("name: x\nsteps: 1\nlimit: " + written).limit()).isEqualTo(new Limit(1000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.001", ".001", "1e-3", "1.e-3", "+.001", "'.001'", "\"1E-3\""})
    void aNumberMayBeWrittenInManyWays(String written) {
        assertThat(read("name: x\nsteps: 1\nrate: " + written).rate()).isEqualTo(0.001);
    }

    @Test
    void fillsDefaultsForAbsentAndNullKeys() {
        Settings settings = read("name: x\nsteps: 1.5k\nmoe: null\nnorm:\n");
        assertThat(settings)
                .isEqualTo(new Settings(
                        "x",
                        1500,
                        0.5,
                        Norm.RMS_NORM,
                        List.of(0.9, 0.95),
                        new Cosine(0.1),
                        new Limit(Long.MAX_VALUE),
                        false,
                        null,
                        Optional.empty(),
                        Map.of()));
    }

    @Test
    void readsEveryKindOfComponent() {
        Settings settings = read("""
                name: 2024
                steps: 10
                rate: 3
                norm: none
                betas: [1, 1e-2]
                schedule: {kind: wsd, decay_fraction: 0.2}
                limit: 50k
                tie_words: true
                moe: {num_experts: 4, num_experts_per_tok: 2}
                note: hello
                losses: {router_z: 0.001}
                """);
        assertThat(settings.name()).isEqualTo("2024");
        assertThat(settings.rate()).isEqualTo(3);
        assertThat(settings.norm()).isEqualTo(Norm.OFF);
        assertThat(settings.schedule()).isEqualTo(new WarmStable(0.2));
        assertThat(settings.limit()).isEqualTo(new Limit(50_000));
        assertThat(settings.tied()).isTrue();
        assertThat(settings.moe()).isEqualTo(new Experts(4, 2));
        assertThat(settings.note()).contains("hello");
        assertThat(settings.losses()).containsExactly(Map.entry("router_z", 0.001));
        assertThat(Records.read(Records.tree(settings), Settings.class, "again", ""))
                .isEqualTo(settings);
        String printed = Yaml.print(Records.tree(settings));
        assertThat(printed).contains("  kind: wsd\n").contains("limit: \"50000\"\n");
        assertThat(read(printed)).isEqualTo(settings);
        assertThat(read("name: x\nsteps: 1\nschedule: cosine\n").schedule()).isEqualTo(new Cosine(0.1));
    }

    @Test
    void leavesNullsAndEmptyOptionalsOut() {
        assertThat(Records.tree(read("name: x\nsteps: 1\n")).propertyNames())
                .containsExactly("name", "steps", "rate", "norm", "betas", "schedule", "limit", "tie_words", "losses");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            steps: many               | steps: expected a whole number such as 500, 50k or 10M, found "many"
            steps: 2.5                | steps: expected a whole number, found 2.5
            steps: 1.5e-1             | steps: expected a whole number, found 0.15
            steps: "2.5"              | steps: expected a whole number such as 500, 50k or 10M, found "2.5"
            steps: 1e300              | steps: expected a whole number, found 1.0E300
            steps: .inf               | steps: expected a whole number, found Infinity
            steps: [1]                | steps: expected a whole number, found a list
            steps: 99999999999999999999 | steps: expected a whole number between -9223372036854775808 and 9223372036854775807, found 99999999999999999999
            stepz: 3                  | stepz: unknown key; did you mean 'steps'?
            rate: fast                | rate: expected a number, found "fast"
            rate: .inf                | rate: expected a finite number, found Infinity
            rate: true                | rate: expected a number, found true
            norm: rms                 | norm: unknown value 'rms' (one of rms_norm, layer_norm, none)
            norm: rmsnorm             | norm: unknown value 'rmsnorm'; did you mean 'rms_norm'? (one of rms_norm, layer_norm, none)
            tie_words: yes            | tie_words: expected true or false, found "yes"
            betas: 0.9                | betas: expected a list, found 0.9
            betas: [0.9, x]           | betas[1]: expected a number, found "x"
            schedule: {kind: cosin}   | schedule.kind: unknown value 'cosin'; did you mean 'cosine'? (one of cosine, wsd)
            schedule: {floor: 1}      | schedule.kind: expected one of cosine, wsd, found nothing
            schedule: {kind: cosine, decay_fraction: 1} | schedule.decay_fraction: unknown key for kind cosine; known here: kind, floor
            schedule: wsd             | schedule.decay_fraction: is required
            limit: lots               | limit: 'lots' is not a count; write a number such as 500, 50k, 10M or 1.5B
            moe: 4                    | moe: expected a section with keys, found 4
            moe: {num_experts: 9999999999} | moe.num_experts: expected a whole number between -2147483648 and 2147483647, found 9999999999
            moe: {num_expert: 4}      | moe.num_expert: unknown key; did you mean 'num_experts'?
            moe: {num_experts: 2, num_experts_per_tok: 3} | moe: num_experts_per_tok (3) must be at most num_experts (2)
            losses: {z: big}          | losses.z: expected a number, found "big"
            note: 1.5                 | note: expected text (put it in quotes), found 1.5
            """)
    void namesTheKeyAndTheRule(String line, String message) {
        String head = line.startsWith("steps") ? "name: x\n" : "name: x\nsteps: 1\n";
        assertThatThrownBy(() -> read(head + line + "\n"))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage("r.yaml: " + message);
    }

    @Test
    void namesAMissingKey() {
        assertThatThrownBy(() -> read("name: x\n")).hasMessage("r.yaml: steps: is required");
    }

    @Test
    void mergesSetsAndCompares() {
        var base = Yaml.parse("a: {b: 1, c: 2}\nd: [1]\n", "t");
        assertThat(Trees.merge(base, Yaml.parse("a: {c: null, e: 3}\nd: [2]\n", "t")))
                .isEqualTo(Yaml.parse("a: {b: 1, e: 3}\nd: [2]\n", "t"));
        assertThat(Trees.with(base, "a.x.y", Yaml.value("[1, q]", "--set")))
                .isEqualTo(Yaml.parse("a: {b: 1, c: 2, x: {y: [1, q]}}\nd: [1]\n", "t"));
        assertThat(base).isEqualTo(Yaml.parse("a: {b: 1, c: 2}\nd: [1]\n", "t"));
        assertThatThrownBy(() -> Trees.with(base, "a.b.c", Yaml.value("1", "--set")))
                .hasMessage("a.b is a value (1) and not a section, so it has no key 'c'");
        assertThat(Trees.differences(base, Yaml.parse("a: {b: 7}\nd: [1]\ne: x\n", "t")))
                .extracting(Object::toString)
                .containsExactly("a.b (1 there, 7 here)", "a.c (2 there, absent here)", "e (absent there, \"x\" here)");
        ObjectNode target = Yaml.parse("a: {b: 1, e: {f: 2}}\ng: [3]\n", "t");
        assertThat(Trees.overrides(base, target))
                .isEqualTo(Yaml.parse("d: null\na: {c: null, e: {f: 2}}\ng: [3]\n", "t"));
        assertThat(Trees.merge(base, Trees.overrides(base, target))).isEqualTo(target);
        assertThat(Trees.overrides(base, base)).isEmpty();
        assertThat(Trees.at(base, "a.b")).isPresent();
        assertThat(Trees.at(base, "a.z.q")).isEmpty();
    }
}
