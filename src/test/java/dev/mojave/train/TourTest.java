package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.window.Batch;
import dev.mojave.data.window.RowLayout;
import dev.mojave.data.window.Sampler;
import dev.mojave.eval.Rows;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.Output;
import dev.mojave.nn.Context;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.train.learn.Learner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the example of docs/tour.md and compares the page with what the code does. */
class TourTest {
    private static final Path PAGE = Path.of("docs", "tour.md");
    private static final Path RECIPE = Path.of("recipes", "tour.yaml");

    @TempDir
    Path folder;

    @Test
    void thePageHasTheShapesOfTheCode() throws IOException {
        RecipeDraft draft = RecipeDraft.read(RECIPE, List.of());
        try (PreparedData data = PreparedData.open(draft.data(), Progress.SILENT)) {
            Recipe recipe = draft.resolve(data.tokenizer().vocabSize());
            int microBatch = recipe.train().microBatchSize();
            RowLayout cut = data.cut(recipe.model().maxPositionEmbeddings());
            Batch batch = Sampler.start(data.train(), cut, 0).next(microBatch);
            Map<String, String> shapes = new LinkedHashMap<>();
            shapes.put("ids", batch.rows() + " x " + batch.context());
            assertThat(batch.targets()).hasSameSizeAs(batch.ids());
            try (LanguageModel model = LanguageModel.build(recipe.model(), 0);
                    Scope _ = Scope.open()) {
                Inputs inputs = Rows.of(batch, false, Optional.empty(), 0).inputs(false);
                Output output = model.forward(inputs, Context.TRAINING);
                assertThat(output.hiddenBSD())
                        .hasSize(recipe.model().numHiddenLayers() + 1)
                        .allSatisfy(x -> assertThat(shape(x))
                                .isEqualTo(shape(output.hiddenBSD().getFirst())));
                assertThat(output.routing()).hasSize(recipe.model().numHiddenLayers());
                shapes.put("idsBS", shape(inputs.idsBS()));
                shapes.put("hiddenBSD", shape(output.hiddenBSD().getFirst()));
                shapes.put("logitsBSV", shape(output.logitsBSV()));
                shapes.put("logitsTE", shape(output.routing().getFirst().logitsTE()));
                shapes.put("weightsTK", shape(output.routing().getFirst().weightsTK()));
                shapes.put(
                        "rowOfAssignment",
                        String.valueOf(output.routing().getFirst().choices().rowOfAssignment().length));
                shapes.put(
                        "crossEntropy",
                        shape(model.loss(inputs, Context.TRAINING).crossEntropy()));
            }
            assertThat(table("| value |", 0, 2)).containsExactlyEntriesOf(shapes);
            assertThat(table("| symbol |", 0, 2)).containsExactlyEntriesOf(symbols(recipe, batch));
        }
    }

    @Test
    void aStepGivesTheNamedLosses() {
        RecipeDraft draft = RecipeDraft.read(RECIPE, List.of());
        try (PreparedData data = PreparedData.open(draft.data(), Progress.SILENT)) {
            Recipe recipe = draft.resolve(data.tokenizer().vocabSize());
            Batch batch = Sampler.start(data.train(), data.cut(recipe.model().maxPositionEmbeddings()), 0)
                    .next(recipe.train().batchSize());
            try (LanguageModel model = LanguageModel.build(recipe.model(), 0);
                    Learner learner = new Learner(
                            model,
                            Context.TRAINING,
                            new Learner.Spec(
                                    recipe.train().optimizer(),
                                    recipe.train().rate(),
                                    recipe.train().gradientClip(),
                                    recipe.train().microBatchSize(),
                                    20,
                                    0),
                            Group.ALONE)) {
                Learner.StepResult result = learner.step(Rows.of(batch, false, Optional.empty(), 0), true);
                assertThat(result.step()).isEqualTo(1);
                assertThat(result.losses().auxiliary()).containsOnlyKeys("switch_balance", "router_z");
                assertThat(result.losses().load()).hasSize(recipe.model().numHiddenLayers());
            }
        }
    }

    @Test
    void theRunFolderHasTheFilesOfThePage() throws IOException {
        RecipeDraft draft = RecipeDraft.read(RECIPE, List.of("train.steps=4", "engine.precision=fp32"));
        assertThat(Runs.run(draft, folder, false, StopSignal.NEVER).finished()).isTrue();
        RunFolder run = RunFolder.open(folder.resolve("tour"));
        String sentence = Files.readString(PAGE)
                .split("The run folder then contains ", 2)[1]
                .split("\\. ", 2)[0];
        List<String> named = Pattern.compile("`([^`]+)`")
                .matcher(sentence)
                .results()
                .map(match -> match.group(1))
                .toList();
        try (Stream<Path> files = Files.list(run.path())) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())).filter(name -> !name.startsWith(".")))
                    .containsExactlyInAnyOrderElementsOf(named);
        }
        assertThat(MetricsLog.read(run.metrics()).getFirst().scalars()).containsKey("train/loss");
    }

    private static Map<String, String> symbols(Recipe recipe, Batch batch) {
        Map<String, String> symbols = new LinkedHashMap<>();
        int heads = recipe.model().attention().numAttentionHeads();
        symbols.put("B", String.valueOf(batch.rows()));
        symbols.put("S", String.valueOf(batch.context()));
        symbols.put("T", String.valueOf(batch.ids().length));
        symbols.put("D", String.valueOf(recipe.model().hiddenSize()));
        symbols.put("H", String.valueOf(heads));
        symbols.put("C", String.valueOf(recipe.model().hiddenSize() / heads));
        symbols.put("V", String.valueOf(recipe.model().vocabSize()));
        symbols.put(
                "E",
                String.valueOf(recipe.model().mixture().orElseThrow().choice().numExperts()));
        symbols.put(
                "K",
                String.valueOf(recipe.model().mixture().orElseThrow().choice().numExpertsPerTok()));
        symbols.put("L", String.valueOf(recipe.model().numHiddenLayers()));
        return symbols;
    }

    /** Reads two columns of the page's table that begins with a header; a code name is reduced to its first method. */
    private static Map<String, String> table(String header, int key, int value) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.startsWith(header))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.substring(1).split("\\|"))
                .collect(Collectors.toMap(
                        cells -> method(cells[key].strip()),
                        cells -> cells[value].strip(),
                        (a, b) -> {
                            throw new IllegalStateException("one key twice: " + a + ", " + b);
                        },
                        LinkedHashMap::new));
    }

    private static String method(String cell) {
        return Pattern.compile("#(\\w+)")
                .matcher(cell)
                .results()
                .findFirst()
                .map((MatchResult match) -> match.group(1))
                .orElse(cell);
    }

    private static String shape(Tensor tensor) {
        return tensor.shape().length == 0
                ? "1"
                : Arrays.stream(tensor.shape()).mapToObj(String::valueOf).collect(Collectors.joining(" x "));
    }
}
