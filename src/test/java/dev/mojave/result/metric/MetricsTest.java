package dev.mojave.result.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsTest {
    private static final Path SOURCES = Path.of("src", "main", "java", "dev", "mojave");
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
    private static final Pattern COMMENT = Pattern.compile("(?m)/\\*[\\s\\S]*?\\*/|^\\s*//.*$");
    /** A group of metrics with a slash, followed by nothing or by more than one letter (unlike {@code tokens/s}). */
    private static final Pattern GROUP =
            Pattern.compile("(^|.*[^\\w/])(train|train_subset|val|moe|loss|generate|memory)/([a-z_]{2,}.*|N/.*|)");

    /** The names in logs of all versions: a changed name would split curves and break other people's programs. */
    @Test
    void namesStayAsTheyAre() {
        assertThat(Metrics.all().stream().map(Metric::name))
                .containsExactly(
                        "train/loss",
                        "train/ce",
                        "train/learning_rate",
                        "train/grad_norm",
                        "train/tokens_per_second",
                        "train/flops_share",
                        "train_subset/loss",
                        "val/loss",
                        "val/best_loss",
                        "val/perplexity",
                        "val/bits_per_token",
                        "val/bits_per_byte",
                        "generate/tokens_per_second",
                        "memory/peak_bytes");
        assertThat(Metrics.AUXILIARY_LOSS.of("router_z").name()).isEqualTo("loss/router_z");
        assertThat(MixtureMetrics.all().stream().map(family -> family.of(12).name()))
                .containsExactly(
                        "moe/12/load",
                        "moe/12/best_choice",
                        "moe/12/weight_by_rank",
                        "moe/12/max_violation",
                        "moe/12/load_entropy",
                        "moe/12/routing_entropy",
                        "moe/12/dead_experts",
                        "moe/12/drop_rate",
                        "moe/12/unrouted_rate",
                        "moe/12/specialisation",
                        "moe/12/category_information");
        assertThat(Metric.element("moe/0/load", 3)).isEqualTo("moe/0/load/3");
    }

    @Test
    void aFamilyParsesItsOwnNamesAndNoOthers() {
        for (int mixture : new int[] {0, 7, 10, Integer.MAX_VALUE}) {
            String name = MixtureMetrics.LOAD.of(mixture).name();
            assertThat(MixtureMetrics.LOAD.parse(name)).contains(mixture);
            assertThat(MixtureMetrics.all().stream()
                            .filter(family -> family.parse(name).isPresent()))
                    .containsExactly(MixtureMetrics.LOAD);
        }
        assertThat(Metrics.AUXILIARY_LOSS.parse("loss/router_z")).contains("router_z");
        assertThat(Metrics.AUXILIARY_LOSS.parse("train/loss")).isEmpty();
        assertThat(Metrics.AUXILIARY_LOSS.parse("loss/")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "moe//load",
                "moe/load",
                "moe/007/load",
                "moe/-1/load",
                "moe/+1/load",
                "moe/\u0663/load",
                "moe/2147483648/load",
                "moe/0/load/3",
                "moe/0/load_entropy",
                "xmoe/0/load",
                "moe/x/load"
            })
    void namesOfOtherFormsAreNotParsed(String name) {
        assertThat(MixtureMetrics.LOAD.parse(name)).isEmpty();
    }

    @Test
    void timesAndMemoryAreTheMachines() {
        assertThat(Metrics.all().stream().map(Metric::name).filter(Metrics::measuredOfMachine))
                .containsExactly(
                        "train/tokens_per_second",
                        "train/flops_share",
                        "generate/tokens_per_second",
                        "memory/peak_bytes");
        assertThat(Metrics.measuredOfMachine("moe/0/load")).isFalse();
    }

    @Test
    void everyMetricHasATitleAndADescription() {
        quantities().forEach(quantity -> {
            assertThat(quantity.title()).matches("[A-Z].*[^.]");
            assertThat(quantity.words()).isNotBlank().doesNotEndWith(".");
        });
        List<String> names = names();
        assertThat(names).doesNotHaveDuplicates();
    }

    private static Stream<Quantity> quantities() {
        return Stream.of(
                        Metrics.all().stream().map(Metric::quantity),
                        Stream.of(Metrics.AUXILIARY_LOSS.quantity()),
                        MixtureMetrics.all().stream().map(Family::quantity))
                .flatMap(stream -> stream);
    }

    private static List<String> names() {
        return Stream.of(
                        Metrics.all().stream().map(Metric::name),
                        Stream.of(Metrics.AUXILIARY_LOSS.pattern()),
                        MixtureMetrics.all().stream().map(Family::pattern))
                .flatMap(stream -> stream)
                .toList();
    }

    /** A second literal would be a second declaration, which would not change along with the first. */
    @Test
    void namesAppearNowhereElseInTheSources() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                for (String literal : literals(Files.readString(file))) {
                    if (isMetric(literal)) {
                        found.add(SOURCES.relativize(file).toString().replace('\\', '/') + ": " + literal);
                    }
                }
            }
        }
        assertThat(found)
                .isNotEmpty()
                .allMatch(place -> place.startsWith("result/metric/Metrics.java: ")
                        || place.startsWith("result/metric/MixtureMetrics.java: "));
    }

    @Test
    void theSearchFindsNamesOfEveryKind() {
        assertThat(literals("""
                /** {@code "val/loss"} */
                // "val/loss"
                put("a/b", x + "moe/" + 3);
                """)).containsExactly("a/b", "moe/");
        assertThat(List.of(
                        "val/loss",
                        "moe/",
                        "moe/N/load",
                        "loss/",
                        "generate/",
                        "As logged under train/x_y",
                        "load_entropy"))
                .allMatch(MetricsTest::isMetric);
        assertThat(List.of("generate/s", "tokens/s", "load", "data/train.txt", "a loss", "src/main/val/loss"))
                .noneMatch(MetricsTest::isMetric);
    }

    private static List<String> literals(String source) {
        Matcher matcher = LITERAL.matcher(COMMENT.matcher(source).replaceAll(""));
        return matcher.results().map(result -> result.group(1)).toList();
    }

    /** Returns whether a literal is, contains or begins a name, or is the last part of a mixture metric's name and not an ordinary word. */
    private static boolean isMetric(String literal) {
        return GROUP.matcher(literal).matches()
                || MixtureMetrics.all().stream()
                        .map(Family::key)
                        .anyMatch(key -> key.contains("_") && literal.contains(key));
    }

    /** Compares docs/metrics.md with the declarations; if they differ, the failure prints what the file should contain. */
    @Test
    void theDocumentationListsEveryMetric() throws IOException {
        List<String> rows = new ArrayList<>();
        Metrics.all().forEach(metric -> rows.add(row(metric.name(), metric.quantity())));
        rows.add(row(Metrics.AUXILIARY_LOSS.pattern(), Metrics.AUXILIARY_LOSS.quantity()));
        MixtureMetrics.all().forEach(family -> rows.add(row(family.pattern(), family.quantity())));
        String table = rows.stream()
                .collect(Collectors.joining(
                        "\n", "| metric | description | unit | better | over ranks |\n|---|---|---|---|---|\n", "\n"));
        assertThat(Files.readString(Path.of("docs", "metrics.md"))).endsWith("\n\n" + table);
    }

    private static String row(String name, Quantity quantity) {
        return String.format(
                Locale.ROOT,
                "| `%s` | %s | %s | %s | %s |",
                name,
                quantity.words(),
                quantity.unit().words(),
                quantity.better() == Better.NEITHER
                        ? ""
                        : quantity.better().name().toLowerCase(Locale.ROOT),
                quantity.overRanks().name().toLowerCase(Locale.ROOT));
    }
}
