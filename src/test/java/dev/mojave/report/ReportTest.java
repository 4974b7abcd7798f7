package dev.mojave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.report.page.Html;
import dev.mojave.report.page.Page;
import dev.mojave.report.page.ReportFiles;
import dev.mojave.report.plot.Figure;
import dev.mojave.report.plot.Plot;
import dev.mojave.result.RunRecord;
import dev.mojave.result.study.StudyResult;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ReportTest {
    private static final Pattern DATA =
            Pattern.compile("<script type=\"application/json\" id=\"plots\">(.*?)</script>", Pattern.DOTALL);

    @TempDir
    Path folder;

    private static String html(StudyResult study, List<RunRecord> runs) {
        return StudyPage.of(new Study(study, runs)).html();
    }

    /** The page without its scripts: the content of ECharts is not under test. */
    private static String markup(String html) {
        return html.substring(0, html.indexOf("<script type=\"application/json\""));
    }

    private static JsonNode figures(String html) {
        Matcher data = DATA.matcher(html);
        assertThat(data.find()).isTrue();
        return Json.tree(data.group(1)).get("figures");
    }

    @Test
    void aStudyPageShowsQuestionVerdictAndHowToReproduceIt() {
        StudyResult study = Fakes.study(3);
        String markup = markup(html(study, Fakes.runs(study)));
        assertThat(markup)
                .contains("Does moe reach a lower validation loss than dense-active (equal active parameters)"
                        + " and dense-total (equal total parameters)?")
                .contains(Html.escape(study.verdict()))
                .contains("+0.0760")
                .contains("1.5790 ± 0.0021")
                .contains("52% of the unigram entropy")
                .contains("git checkout " + study.provenance().commit())
                .contains(study.provenance().dataSha256())
                .contains("1337, 1338, 1339");
    }

    @Test
    void theHeadlineIsTheLargestAndTheFullVerdictFollows() {
        StudyResult study = Fakes.study(4);
        String markup = markup(html(study, Fakes.runs(study)));
        assertThat(markup)
                .contains("<p class=\"verdict\">The mixture beats the dense model of equal active size by 0.076 nats")
                .contains("<p class=\"details\">" + Html.escape(study.verdict()) + "</p>");
        StudyResult older = new StudyResult(
                study.name(),
                study.arms(),
                study.comparisons(),
                study.gapOverTraining(),
                study.unigramEntropy(),
                study.bytesPerToken(),
                null,
                study.verdict(),
                study.notes(),
                null,
                study.provenance(),
                null);
        assertThat(markup(html(older, Fakes.runs(older))))
                .as("a result from before there were headlines")
                .contains("<p class=\"verdict long\">" + Html.escape(study.verdict()) + "</p>")
                .doesNotContain("class=\"details\"");
    }

    @Test
    void everyGapComesWithItsMatchAndItsTurningPoint() {
        StudyResult study = Fakes.study(3);
        String markup = markup(html(study, Fakes.runs(study)));
        assertThat(markup)
                .contains("<li>dense-active − moe, equal active parameters: moe is ahead from ")
                .contains("<li>dense-total − moe, equal total parameters: ");
        StudyResult one = Fakes.study(1);
        assertThat(markup(html(one, Fakes.runs(one))))
                .contains(
                        "equal active parameters: no turning point can be shown, because one seed gives no interval.");
    }

    @Test
    void figuresComeInReadingOrder() {
        StudyResult study = Fakes.study(3);
        String html = html(study, Fakes.runs(study));
        assertThat(figures(html).propertyNames())
                .containsExactly("differences", "loss", "gap", "utilisation-1", "utilisation-over-training-1", "cost");
    }

    @Test
    void nothingIsLoadedFromAnywhere() {
        StudyResult study = Fakes.study(2);
        String html = html(study, Fakes.runs(study));
        assertThat(markup(html)).doesNotContain("src=", "@import", "url(", "<link");
        Matcher link = Pattern.compile("href=\"([^\"]*)\"").matcher(markup(html));
        while (link.find()) {
            assertThat(link.group(1)).startsWith("#");
        }
        assertThat(html).contains("default-src 'none'");
    }

    @Test
    void hostileTextIsEscapedEverywhere() {
        StudyResult study = Hostile.study();
        String html = html(study, Hostile.runs(study));
        assertThat(html.split("<script", -1)).as("our three scripts only").hasSize(4);
        assertThat(markup(html))
                .doesNotContain("<script", "<!--", "<img", "\u0000", "\u0007")
                .contains("&lt;/script&gt;&lt;script&gt;window.pwned=1&lt;/script&gt;")
                .contains(Html.escape(Hostile.TEMPLATE));
        assertThat(figures(html)
                        .get("loss")
                        .get("views")
                        .get(0)
                        .get("plot")
                        .get("lines")
                        .get(0)
                        .get("label")
                        .asString())
                .contains(Hostile.SCRIPT);
    }

    @Test
    void oneSeedClaimsNoInterval() {
        StudyResult study = Fakes.study(1);
        String html = html(study, Fakes.runs(study));
        assertThat(markup(html))
                .contains("One seed: there is no interval")
                .contains("one seed, no interval")
                .contains("One seed per arm: no band")
                .doesNotContain("moe is better", "± 0.0000", "NaN", "Infinity");
        JsonNode interval = figures(html)
                .get("differences")
                .get("views")
                .get(0)
                .get("plot")
                .get("intervals")
                .get(0);
        assertThat(interval.get("at").size()).isEqualTo(2);
        assertThat(interval.get("detectable").isNull()).isTrue();
    }

    @Test
    void aDenseStudyHasNoRoutingSection() {
        List<Fakes.Arm> arms = List.of(Fakes.DENSE_ACTIVE, Fakes.DENSE_TOTAL);
        StudyResult study = Fakes.study("widths", arms, "dense-active", 2);
        String html = html(study, Fakes.runs(study, arms));
        assertThat(markup(html)).doesNotContain("routing-heading", "href=\"#routing\"");
        assertThat(figures(html).propertyNames()).doesNotContain("utilisation-0");
    }

    @Test
    void missingAndFailedTrialsAreCountedAndLeftOutOfTheBands() {
        StudyResult study = Fakes.study(3);
        List<RunRecord> runs = List.of(
                Fakes.run(Fakes.MOE, 1337, "finished"),
                Fakes.run(Fakes.MOE, 1338, "failed"),
                Fakes.run(Fakes.DENSE_TOTAL, 1337, "finished"));
        String html = html(study, runs);
        assertThat(markup(html))
                .contains("2 of 9")
                .contains("All trials (7 not finished)")
                .contains("failed");
        JsonNode lines =
                figures(html).get("loss").get("views").get(0).get("plot").get("lines");
        assertThat(lines.size()).isEqualTo(2);
        assertThat(lines.get(0).get("band").asString()).isEmpty();
    }

    @Test
    void aStudyWithoutAnyTrialStillMakesAPage() throws IOException {
        StudyResult full = Fakes.study(3);
        StudyResult empty = new StudyResult(
                "empty",
                List.of(),
                List.of(),
                List.of(),
                0,
                0,
                null,
                "Nothing finished.",
                List.of(),
                List.of(),
                full.provenance(),
                1);
        List<Path> written = StudyReport.write(empty, List.of(), folder, this::unexpected);
        assertThat(Files.readString(written.getFirst()))
                .contains("Nothing finished.")
                .doesNotContain("NaN%");
    }

    @Test
    void speedsAndTimesOfConcurrentTrialsAreMarked() {
        StudyResult alone = Fakes.study(3);
        StudyResult beside = new StudyResult(
                alone.name(),
                alone.arms(),
                alone.comparisons(),
                alone.gapOverTraining(),
                alone.unigramEntropy(),
                alone.bytesPerToken(),
                alone.headline(),
                alone.verdict(),
                alone.notes(),
                alone.findings(),
                alone.provenance(),
                2);
        String html = html(beside, Fakes.runs(beside));
        assertThat(html)
                .contains("tokens/s, concurrent trials")
                .contains("training and evaluation, concurrent trials")
                .contains("concurrent trials: measured while up to 2 trials ran side by side)")
                .contains(
                        "Wall time and time per generated token were measured while up to 2 trials ran side by side.");
        JsonNode views = figures(html).get("cost").get("views");
        List<String> marked = new ArrayList<>();
        views.forEach(view -> {
            if (view.toString().contains("concurrent trials")) {
                marked.add(view.get("label").asString());
            }
        });
        assertThat(marked).containsExactly("Wall time", "Time per generated token");

        assertThat(html(alone, Fakes.runs(alone)))
                .doesNotContain("concurrent trials")
                .doesNotContain("side by side");
    }

    @Test
    void aReportThatCannotBeWrittenSaysWhere() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> StudyReport.write(Fakes.study(3), List.of(), file.resolve("study"), this::unexpected))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("cannot write the report: ");
    }

    @Test
    void anArmKeepsItsColour() {
        StudyResult study = Fakes.study(3);
        JsonNode figures = figures(html(study, Fakes.runs(study)));
        JsonNode loss = figures.get("loss").get("views").get(0).get("plot").get("lines");
        JsonNode cost = figures.get("cost").get("views").get(0).get("plot").get("marks");
        JsonNode gap = figures.get("gap").get("views").get(0).get("plot").get("lines");
        for (int i = 0; i < 3; i++) {
            assertThat(loss.get(i).get("slot").asInt()).isEqualTo(i);
            assertThat(cost.get(i).get("slot").asInt()).isEqualTo(i);
        }
        assertThat(gap.get(1).get("slot").asInt()).as("dense-total − moe").isEqualTo(2);
    }

    @Test
    void aStudyOfManyArmsStaysReadable() {
        StudyResult study = Fakes.study("many", Fakes.manyArms(), "dense", 2);
        String html = html(study, Fakes.runs(study, Fakes.manyArms()));
        assertThat(markup(html))
                .contains("Does dense reach a lower validation loss than each of the 9 other arms?")
                .doesNotContain("class=\"cards\"");
        JsonNode lines =
                figures(html).get("loss").get("views").get(0).get("plot").get("lines");
        assertThat(lines.get(8).get("slot").asInt())
                .isEqualTo(lines.get(0).get("slot").asInt());
        assertThat(lines.get(8).get("stroke").asString())
                .as("distinguished by dashes")
                .isEqualTo("DASHED");
    }

    @Test
    void everyFigureHasATextAlternativeAndEveryIdIsUnique() {
        StudyResult study = Fakes.study(3);
        String markup = markup(html(study, Fakes.runs(study)));
        assertThat(markup.split("<figure", -1)).hasSize(7);
        assertThat(markup.split("<figcaption", -1)).hasSize(7);
        assertThat(markup.split("<table", -1)).hasSameSizeAs(markup.split("<caption", -1));
        Matcher ids = Pattern.compile(" id=\"([^\"]*)\"").matcher(markup);
        Set<String> seen = new HashSet<>();
        while (ids.find()) {
            assertThat(seen.add(ids.group(1))).as(ids.group(1)).isTrue();
        }
    }

    @Test
    void aRunShowsItsCurvesAndItsRouter() {
        RunRecord run = Fakes.run(Fakes.MOE, 1337, "interrupted");
        String html = RunPage.of(run).html();
        assertThat(markup(html)).contains("interrupted", "nats per token", "Unedited continuations", "seed: 1337");
        assertThat(figures(html).propertyNames())
                .containsExactly(
                        "loss",
                        "learning-rate",
                        "gradient-norm",
                        "throughput",
                        "utilisation-run",
                        "utilisation-over-training-run");
    }

    @Test
    void aSparseRunShowsItsExpertsItsLossesAndItsCaveats() {
        RunRecord run = Fakes.expertRun();
        String html = RunPage.of(run).html();
        assertThat(markup(html))
                .contains(
                        "Router expert_choice is not causal",
                        "“\\n” 90",
                        "shrink, expert 1",
                        "specialisation 0.250",
                        "First choices at the end of training");
        assertThat(figures(html).propertyNames())
                .contains(
                        "best-choice-run",
                        "load-entropy-by-layer",
                        "max-violation-by-layer",
                        "auxiliary-losses",
                        "weight-by-rank",
                        "categories")
                .as("nothing was dropped")
                .doesNotContain("drop-rate-by-layer");
    }

    @Test
    void aStudyShowsCaveatsAndTheExpertsOfItsSparseArms() {
        StudyResult study = Fakes.study(1);
        String html = html(study, List.of(Fakes.run(Fakes.DENSE_ACTIVE, 1, "finished"), Fakes.expertRun()));
        assertThat(markup(html))
                .contains("Tokens that the experts of moe prefer", "“\\n” 90", "one of the maps between")
                .containsOnlyOnce("Arm moe: Router expert_choice is not causal");
        assertThat(figures(html).propertyNames())
                .contains("auxiliary-losses-1", "categories-1", "best-choice-over-training-1");
        assertThat(figures(html)
                        .at("/utilisation-1/views/0/plot/rows")
                        .valueStream()
                        .map(JsonNode::asString))
                .containsExactly("shrink", "1", "2", "grow");
    }

    @Test
    void aRunWithoutAnyMetricSaysSo() {
        RunRecord run = Fakes.run(Fakes.DENSE_ACTIVE, 1, "running");
        RunRecord empty = new RunRecord(
                run.name(),
                run.arm(),
                1,
                "",
                "running",
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                "",
                run.provenance());
        assertThat(markup(RunPage.of(empty).html())).contains("No validation loss has been logged yet.");
    }

    private void unexpected(String warning) {
        throw new AssertionError(warning);
    }

    private static final List<String> AWKWARD = List.of(
            "Science and technology, " + "on rivers and hills, ".repeat(10) + "end one",
            "Science and technology, " + "on rivers and hills, ".repeat(10) + "end two",
            "",
            " \n\t ",
            "קטגוריה ארוכה מאוד עם מילים רבות ".repeat(8),
            "\u202ereversed\u2066 and " + "never closed ".repeat(30),
            "👩‍👩‍👧‍👦🏳️‍🌈".repeat(60),
            "漢字".repeat(100),
            "<b>bold</b><script>window.pwned=1</script>" + "&amp;".repeat(50),
            "e\u0301".repeat(150),
            "\ud800\u0000\u0007x",
            "a".repeat(100_000),
            "noun",
            "noun");

    @Test
    void labelsOfAnyLengthAndScriptAreDrawn() throws IOException {
        Plot.Axis axis = Plot.Axis.progress("x " + AWKWARD.getFirst(), Plot.Format.PLAIN, 10);
        List<Plot.Point> points = List.of(Plot.Point.of(1, 2), Plot.Point.of(5, 8));
        List<List<Double>> values =
                AWKWARD.stream().map(row -> List.of(0.5, 1.5, 1.0)).toList();
        List<String> columns = List.of(AWKWARD.getFirst(), "", "\u202e1");
        List<Plot> plots = List.of(
                new Plot.HeatMap("expert", AWKWARD.get(1), "share", AWKWARD, columns, values, 0, 1, 2, "×", true),
                new Plot.Lines(
                        axis,
                        axis,
                        AWKWARD.stream()
                                .map(label -> new Plot.Line(label, 0, Plot.Stroke.SOLID, points, ""))
                                .toList(),
                        List.of(new Plot.Reference(3, AWKWARD.get(7)))),
                new Plot.Scatter(
                        axis,
                        axis,
                        AWKWARD.stream()
                                .map(label -> new Plot.Mark(label, 1, points.getFirst()))
                                .toList()),
                new Plot.Intervals(
                        axis,
                        AWKWARD.getFirst(),
                        AWKWARD.get(4),
                        AWKWARD.stream()
                                .map(label ->
                                        new Plot.Interval(label, AWKWARD.get(5), 2, new Plot.Point(0, 1, 0, 2), 1))
                                .toList()));
        Page page = new Page("labels " + AWKWARD.getFirst());
        for (Plot plot : plots) {
            page.figure(Figure.of(
                    plot.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT),
                    AWKWARD.getFirst(),
                    "",
                    AWKWARD.get(8),
                    plot));
        }
        List<Path> written = ReportFiles.write(page, folder, this::unexpected);
        assertThat(written).hasSize(5);
        for (Path file : written.subList(1, 5)) {
            BufferedImage image = ImageIO.read(file.toFile());
            assertThat(colours(image)).as("colours of " + file).isGreaterThan(20);
        }
        // The cells of a heat map take up most of the picture, however long the labels are.
        BufferedImage heat = ImageIO.read(written.get(1).toFile());
        assertThat(coloured(heat)).isGreaterThan(0.3);
        assertThat(markup(Files.readString(written.getFirst())))
                .doesNotContain("<script", "<b>")
                .contains("end two");
    }

    @Test
    void manyCategoriesAndManyExpertsAreDrawn() throws IOException {
        for (int[] size : new int[][] {{1, 1}, {300, 4}, {2, 600}, {1500, 3}}) {
            List<String> rows = java.util.stream.IntStream.range(0, size[0])
                    .mapToObj(i -> AWKWARD.getFirst() + i)
                    .toList();
            List<String> columns = java.util.stream.IntStream.range(0, size[1])
                    .mapToObj(String::valueOf)
                    .toList();
            List<Double> row = java.util.Collections.nCopies(size[1], 1.5);
            Page page = new Page("many");
            page.figure(Figure.of(
                    "heat",
                    "many",
                    "",
                    "",
                    new Plot.HeatMap(
                            "expert",
                            "category",
                            "share",
                            rows,
                            columns,
                            java.util.Collections.nCopies(size[0], row),
                            0,
                            1,
                            2,
                            "×",
                            false)));
            assertThat(ReportFiles.write(page, folder, this::unexpected))
                    .as(java.util.Arrays.toString(size))
                    .hasSize(2);
        }
    }

    @Test
    void aPlotThatCannotBeDrawnIsLeftOutWithAWarning() throws IOException {
        Plot.Axis axis = Plot.Axis.progress("x", Plot.Format.PLAIN, 10);
        Plot.Axis broken = new Plot.Axis("x", Plot.Format.PLAIN, Double.NaN, Double.NaN, Double.NaN);
        List<Plot.Line> lines = List.of(
                new Plot.Line("a", 0, Plot.Stroke.SOLID, List.of(Plot.Point.of(1, 2), Plot.Point.of(2, 1)), ""));
        Page page = new Page("one of three");
        page.figure(Figure.of("first", "first", "", "", new Plot.Lines(axis, axis, lines, List.of())));
        page.figure(Figure.of("second", "second", "", "", new Plot.Lines(broken, broken, lines, List.of())));
        page.figure(Figure.of("third", "third", "", "", new Plot.Lines(axis, axis, lines, List.of())));
        Path old = folder.resolve("plots/second.png");
        Files.createDirectories(old.getParent());
        Files.writeString(old, "of an earlier report");
        List<String> warnings = new java.util.ArrayList<>();
        List<Path> written = ReportFiles.write(page, folder, warnings::add);
        assertThat(written.stream().map(path -> path.getFileName().toString()))
                .containsExactly("report.html", "first.png", "third.png");
        assertThat(warnings).hasSize(1);
        assertThat(warnings.getFirst())
                .startsWith("the plot " + old + " could not be drawn (")
                .endsWith("report.html contains it");
        assertThat(old).doesNotExist();
    }

    /** A picture is replaced atomically: a reader that has the old file open still sees all of it. */
    @Test
    void aPlotReplacesAnOlderOneWhole() throws IOException {
        Plot.Axis axis = Plot.Axis.progress("x", Plot.Format.PLAIN, 10);
        Page page = new Page("one");
        List<Plot.Line> lines = List.of(
                new Plot.Line("a", 0, Plot.Stroke.SOLID, List.of(Plot.Point.of(1, 2), Plot.Point.of(2, 1)), ""));
        page.figure(Figure.of("only", "only", "", "", new Plot.Lines(axis, axis, lines, List.of())));
        Path plots = Files.createDirectories(folder.resolve("plots"));
        Path held = folder.resolve("held");
        Files.createLink(held, Files.writeString(plots.resolve("only.png"), "of an earlier report"));
        ReportFiles.write(page, folder, this::unexpected);
        assertThat(held).hasContent("of an earlier report");
        assertThat(ImageIO.read(plots.resolve("only.png").toFile())).isNotNull();
        try (Stream<Path> files = Files.list(plots)) {
            assertThat(files).containsExactly(plots.resolve("only.png"));
        }
    }

    /** The share of the picture that is neither white nor grey. */
    private static double coloured(BufferedImage image) {
        long hits = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                hits += saturated(image.getRGB(x, y)) ? 1 : 0;
            }
        }
        return (double) hits / (image.getWidth() * image.getHeight());
    }

    private static boolean saturated(int colour) {
        int r = colour >> 16 & 255;
        int g = colour >> 8 & 255;
        int b = colour & 255;
        return Math.max(r, Math.max(g, b)) - Math.min(r, Math.min(g, b)) > 12;
    }

    @Test
    void plotsAreImagesWithSomethingOnThem() throws IOException {
        StudyResult study = Fakes.study(2);
        List<Path> written = StudyReport.write(study, Fakes.runs(study), folder, this::unexpected);
        assertThat(written.getFirst()).hasFileName("report.html");
        List<String> names =
                written.stream().map(path -> path.getFileName().toString()).toList();
        assertThat(names)
                .contains("loss.png", "gap.png", "differences.png", "cost-flops.png", "utilisation-1-seed-1337.png")
                .doesNotContain("utilisation-1-seed-1338.png");
        for (Path file : written.subList(1, written.size())) {
            BufferedImage image = ImageIO.read(file.toFile());
            assertThat(image.getWidth()).as(file.toString()).isEqualTo(1800);
            assertThat(image.getRGB(2, 2) & 0xffffff)
                    .as("white background of " + file)
                    .isEqualTo(0xffffff);
            assertThat(colours(image)).as("colours of " + file).isGreaterThan(20);
        }
    }

    private static long colours(BufferedImage image) {
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y += 2) {
            for (int x = 0; x < image.getWidth(); x += 2) {
                colours.add(image.getRGB(x, y));
            }
        }
        return colours.size();
    }
}
