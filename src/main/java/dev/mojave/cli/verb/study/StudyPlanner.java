package dev.mojave.cli.verb.study;

import dev.mojave.base.Failure;
import dev.mojave.base.Plural;
import dev.mojave.base.Suggest;
import dev.mojave.base.Units;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.process.ChildProcess;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Records;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.TextTable;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.lab.study.ArmRecipes;
import dev.mojave.result.PlanResult;
import dev.mojave.result.study.StudyPlanResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.StudyRecipe;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Plans a study: each arm in a process of its own, so that no memory of the previous arms is counted. */
final class StudyPlanner {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path file;
    private final List<String> overrides;
    private final OwnProgram program;
    private final Console console;

    StudyPlanner(Path file, List<String> overrides, OwnProgram program, Console console) {
        this.file = file;
        this.overrides = overrides;
        this.program = program;
        this.console = console;
    }

    /** Plans every arm. */
    StudyPlanResult plan(StudyRecipe study) {
        Map<String, Recipe> recipes;
        try (PreparedData data = PreparedData.open(study.base().data(), console)) {
            recipes = ArmRecipes.of(study, data.tokenizer().vocabSize());
        }
        // Chosen once: processes that each measured the machine could make different choices, and would need ten
        // seconds
        // each.
        EngineRequest engine = EngineRequest.of(Engine.choose(study.base().engine(), console));
        List<StudyPlanResult.Arm> arms = new ArrayList<>();
        console.start("planning", recipes.size(), "arms");
        recipes.forEach((arm, recipe) -> {
            console.update(arms.size(), arm);
            arms.add(new StudyPlanResult.Arm(arm, recipe.model().describe(), planned(arm, engine)));
        });
        console.finish("");
        int seeds = study.seeds().size();
        double each =
                arms.stream().mapToDouble(arm -> arm.plan().trainSeconds()).sum();
        return new StudyPlanResult(arms, seeds, seeds * each);
    }

    private PlanResult planned(String arm, EngineRequest engine) {
        List<String> arguments = new ArrayList<>(List.of("plan", file.toString(), "--arm", arm, "--json"));
        overrides.forEach(override -> arguments.addAll(List.of("--set", override)));
        Records.tree(engine)
                .properties()
                .forEach(key -> arguments.addAll(List.of(
                        "--set", "engine." + key.getKey() + "=" + key.getValue().stringValue())));
        try {
            Path log = Files.createTempFile("mojave-plan-", ".log");
            try (ChildProcess process =
                    ChildProcess.talking(program.command(arguments), log, UnaryOperator.identity())) {
                StringBuilder json = new StringBuilder();
                for (Optional<String> line = process.readLine(); line.isPresent(); line = process.readLine()) {
                    json.append(line.get()).append('\n');
                }
                int code = process.await(PATIENCE).orElse(-1);
                if (code != 0) {
                    throw Failure.environment(
                            "arm %s could not be planned (exit code %d): %s",
                            arm, code, process.said().strip());
                }
                return Json.mapper().readValue(json.toString(), PlanResult.class);
            } finally {
                Files.deleteIfExists(log);
            }
        } catch (IOException e) {
            throw IoFailures.of("plan arm " + arm, file, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.environment("interrupted while arm %s was planned", arm);
        }
    }

    /**
     * Returns the recipe of one arm.
     *
     * @param file the study's file, for messages
     */
    static Recipe arm(StudyRecipe study, String arm, int vocabulary, Path file) {
        Recipe recipe = ArmRecipes.of(study, vocabulary).get(arm);
        if (recipe == null) {
            throw Failure.usage(
                    "--arm: %s has no arm '%s'%s",
                    file, arm, Suggest.didYouMean(arm, study.arms().keySet()));
        }
        return recipe;
    }

    /** Formats the plan as a table. */
    static String text(StudyPlanResult plan) {
        TextTable table =
                new TextTable("arm", "parameters", "active", "FLOPs/token", "step", "training", "peak memory");
        for (StudyPlanResult.Arm arm : plan.arms()) {
            PlanResult of = arm.plan();
            table.add(
                    arm.name(),
                    String.format(Locale.ROOT, "%,d", of.parametersTotal()),
                    String.format(Locale.ROOT, "%,d", of.parametersActive()),
                    Units.count((double) of.flopsPerToken()),
                    PlanText.step(of),
                    Units.seconds(of.trainSeconds()),
                    Units.bytes((double) of.peakMemoryBytes()));
        }
        return table.text()
                + String.format(
                        Locale.ROOT,
                        "\n%s, %s: %s in all, without evaluations",
                        Plural.of(plan.arms().size(), "arm"),
                        Plural.of(plan.seeds(), "seed"),
                        Units.seconds(plan.trainSeconds()));
    }
}
