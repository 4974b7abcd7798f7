package dev.mojave.base.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FlatTest {
    record Angles(double base, @Nullable Double stretch) {
        Angles {
            Check.that(base > 0, "base (%s) must be positive", base);
        }
    }

    record Frame(int words, @Flat Angles angles) {}

    record Stack(
            @JsonProperty("width") int size,
            @Default("4") int layers,
            @Default("[]") List<Integer> skipped) {
        Stack {
            Check.that(size >= 1, "width (%d) must be positive", size);
        }
    }

    record Part(int width) {}

    record Model(
            @Flat Frame frame,
            @Flat Stack stack,
            Optional<String> note,
            @Nullable Part part) {
        Model {
            Check.that(frame.words >= stack.size, "words (%d) must be at least width (%d)", frame.words, stack.size);
        }
    }

    @JsonPropertyOrder({"layers", "words", "part", "base", "stretch", "note", "skipped", "width"})
    record Ordered(
            @Flat Frame frame,
            @Flat Stack stack,
            Optional<String> note,
            @Nullable Part part) {}

    private static <T> T read(String yaml, Class<T> type) {
        return Records.read(Yaml.parse(yaml, "r.yaml"), type, "r.yaml", "model");
    }

    private static String written(Record settings) {
        return Yaml.print(Records.tree(settings));
    }

    private static final Model FULL = new Model(
            new Frame(50, new Angles(2, 3.0)), new Stack(8, 5, List.of(1)), Optional.of("hello"), new Part(7));
    private static final String FULL_YAML =
            "words: 50\nbase: 2.0\nstretch: 3.0\nwidth: 8\nlayers: 5\nskipped: [1]\nnote: hello\npart:\n  width: 7\n";

    @Test
    void keysOfFlatRecordsAreAtTheSameLevelAsTheOthers() {
        assertThat(read(FULL_YAML, Model.class)).isEqualTo(FULL);
        assertThat(written(FULL)).isEqualTo(FULL_YAML);
    }

    @Test
    void theOrderOfTheKeysTypedDoesNotMatter() {
        String other =
                "{part: {width: 7}, skipped: [1], note: hello, stretch: 3, width: 8, base: 2, layers: 5, words: 50}";
        assertThat(read(other, Model.class)).isEqualTo(FULL);
    }

    @Test
    void absentKeysHaveTheDefaultsOfTheFlatRecord() {
        Model model = read("{words: 50, base: 2, width: 8}", Model.class);
        assertThat(model)
                .isEqualTo(new Model(
                        new Frame(50, new Angles(2, null)), new Stack(8, 4, List.of()), Optional.empty(), null));
        assertThat(written(model)).isEqualTo("words: 50\nbase: 2.0\nwidth: 8\nlayers: 4\nskipped: []\n");
    }

    @Test
    void writesInTheRequestedOrder() {
        Ordered ordered = new Ordered(FULL.frame, FULL.stack, FULL.note, FULL.part);
        String yaml = written(ordered);
        assertThat(yaml)
                .isEqualTo(
                        "layers: 5\nwords: 50\npart:\n  width: 7\nbase: 2.0\nstretch: 3.0\nnote: hello\nskipped: [1]\nwidth: 8\n");
        assertThat(read(yaml, Ordered.class)).isEqualTo(ordered);
        assertThat(Records.tree(read("{words: 50, base: 2, width: 8}", Ordered.class))
                        .propertyNames())
                .containsExactly("layers", "words", "base", "skipped", "width");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {words: 50, base: 2, width: 8, layer: 3}     | model.layer: unknown key; did you mean 'layers'?
            {words: 50, base: 2, width: 8, strech: 3}    | model.strech: unknown key; did you mean 'stretch'?
            {words: 50, base: 2, width: 8, qqqqqq: 3}    | model.qqqqqq: unknown key; known here: words, base, stretch, width, layers, skipped, note, part
            {words: 50, base: 2, width: 8, angles: {base: 2}} | model.angles: unknown key; known here: words, base, stretch, width, layers, skipped, note, part
            {words: 50, width: 8}                        | model.base: is required
            {words: 50, base: null, width: 8}            | model.base: is required
            {base: 2}                                    | model.words: is required
            {words: 50, base: 2}                         | model.width: is required
            {words: 50, base: wide, width: 8}            | model.base: expected a number, found "wide"
            {words: 50, base: -1, width: 8}              | model: base (-1.0) must be positive
            {words: 50, base: 2, width: 0}               | model: width (0) must be positive
            {words: 50, base: 2, width: 51}              | model: words (50) must be at least width (51)
            {words: 50, base: 2, width: 8, skipped: [x]} | model.skipped[0]: expected a whole number such as 500, 50k or 10M, found "x"
            """)
    void namesTheKeyAsIfThereWereOneRecord(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml, Model.class))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage("r.yaml: " + message);
    }

    @Test
    void missingAndKnownKeysAreNamedInTheRequestedOrder() {
        assertThatThrownBy(() -> read("{width: 8}", Ordered.class)).hasMessage("r.yaml: model.words: is required");
        assertThatThrownBy(() -> read("{qqqqqq: 8}", Ordered.class))
                .hasMessage("r.yaml: model.qqqqqq: unknown key; known here: layers, words, part, base, stretch, note,"
                        + " skipped, width");
    }

    record Width(@JsonProperty("width") int wide) {}

    record TwoGroups(@Flat Part part, @Flat Width other) {}

    record GroupAndOwn(@Flat Part part, int width) {}

    record Deep(@Flat Frame frame, double base) {}

    record Absent(@Flat @Nullable Part part) {}

    record Presumed(@Flat @Default("{}") Part part) {}

    record NoRecord(@Flat int width) {}

    record Maybe(@Flat Optional<Part> part) {}

    record Notation(int width) {
        @JsonCreator
        static Notation parse(String text) {
            return new Notation(Integer.parseInt(text));
        }

        @JsonValue
        String text() {
            return Integer.toString(width);
        }
    }

    record Written(@Flat Notation part) {}

    @JsonPropertyOrder({"width", "height"})
    record Unknown(@Flat Part part) {}

    @JsonPropertyOrder("words")
    record Forgotten(@Flat Part part, int words) {}

    @JsonPropertyOrder({"words", "width", "words"})
    record Twice(@Flat Part part, int words) {}

    static Stream<Object[]> wrongRecords() {
        String plain = "must be a record without a notation of its own, neither @Nullable nor with a @Default";
        Part part = new Part(1);
        return Stream.of(
                new Object[] {new TwoGroups(part, new Width(1)), "two components have the key 'width'"},
                new Object[] {new GroupAndOwn(part, 1), "two components have the key 'width'"},
                new Object[] {new Deep(new Frame(1, new Angles(1, null)), 1), "two components have the key 'base'"},
                new Object[] {new Absent(part), "@Flat component 'part' " + plain},
                new Object[] {new Presumed(part), "@Flat component 'part' " + plain},
                new Object[] {new NoRecord(1), "@Flat component 'width' " + plain},
                new Object[] {new Maybe(Optional.of(part)), "@Flat component 'part' " + plain},
                new Object[] {new Written(new Notation(1)), "@Flat component 'part' " + plain},
                new Object[] {new Unknown(part), "@JsonPropertyOrder must name every key once: width"},
                new Object[] {new Forgotten(part, 1), "@JsonPropertyOrder must name every key once: width, words"},
                new Object[] {new Twice(part, 1), "@JsonPropertyOrder must name every key once: width, words"});
    }

    @ParameterizedTest
    @MethodSource("wrongRecords")
    void rejectsAmbiguousDefinitions(Record wrong, String rule) {
        String message = wrong.getClass().getName() + ": " + rule;
        assertThatThrownBy(() -> read("{}", wrong.getClass()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Records.tree(wrong))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
    }
}
