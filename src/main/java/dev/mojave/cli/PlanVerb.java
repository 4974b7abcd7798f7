package dev.mojave.cli;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.base.Units;
import dev.mojave.base.Yaml;
import dev.mojave.data.PreparedData;
import dev.mojave.lab.study.ArmRecipes;
import dev.mojave.result.PlanResult;
import dev.mojave.result.StudyPlanResult;
import dev.mojave.run.Recipe;
import dev.mojave.run.RecipeDraft;
import dev.mojave.run.StudyRecipe;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.EngineChoice;
import dev.mojave.train.Planner;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a recipe will cost before it is trained. */
@Command(
        name = "plan",
        description = {
            "Parameters, FLOPs, time and peak memory of training a recipe here, from a few steps with few layers.",
            "",
            "Of a study each arm is planned, in a process of its own."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave plan recipes/embedded-tiny.yaml --set train.batch_size=32")
final class PlanVerb implements Verb {
    @Parameters(paramLabel = "RECIPE", description = "A YAML file; recipes/ has examples.")
    Path file = Path.of("");

    @Option(names = "--arm", paramLabel = "NAME", description = "Of a study's recipe, this arm alone.")
    String arm = "";

    @Mixin
    final RecipeOptions recipeOptions = new RecipeOptions();

    @Mixin
    final JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        return Yaml.read(file).has("arms") ? study(console) : single(console);
    }

    private int study(Console console) {
        StudyRecipe study = StudyRecipe.read(file, recipeOptions.overrides());
        if (recipeOptions.printConfig()) {
            console.stream(study.yaml());
            return ExitCodes.OK;
        }
        boolean asJson = json.chosen(console);
        if (!arm.isEmpty()) {
            return arm(study, asJson, console);
        }
        StudyPlanResult plan = new StudyPlanner(file, recipeOptions.overrides(), console).plan(study);
        if (asJson) {
            console.json(plan);
        } else {
            console.print(StudyPlanner.text(plan));
        }
        plan.arms().forEach(one -> warn(one.name() + ": ", one.plan(), console));
        return ExitCodes.OK;
    }

    private int arm(StudyRecipe study, boolean asJson, Console console) {
        EngineChoice engine = Engine.configure(study.base().engine(), console);
        try (PreparedData data = PreparedData.open(study.base().data(), console)) {
            Recipe recipe = ArmRecipes.of(study, data.tokenizer().vocabSize()).get(arm);
            if (recipe == null) {
                throw Failure.usage(
                        "--arm: %s has no arm '%s'%s",
                        file, arm, Suggest.didYouMean(arm, study.arms().keySet()));
            }
            return plan(recipe, data, engine, asJson, console);
        }
    }

    private int single(Console console) {
        if (!arm.isEmpty()) {
            throw Failure.usage("--arm %s: %s is a recipe of one model, which has no arms; leave it out", arm, file);
        }
        RecipeDraft draft = RecipeDraft.read(file, recipeOptions.overrides());
        if (recipeOptions.printConfig()) {
            console.stream(draft.yaml());
            return ExitCodes.OK;
        }
        boolean asJson = json.chosen(console);
        EngineChoice engine = Engine.configure(draft.engine(), console);
        try (PreparedData data = PreparedData.open(draft.data(), console)) {
            Recipe recipe = draft.resolve(data.tokenizer().vocabSize());
            return plan(recipe, data, engine, asJson, console);
        }
    }

    private static int plan(Recipe recipe, PreparedData data, EngineChoice engine, boolean asJson, Console console) {
        PlanResult plan = Planner.plan(recipe, data, engine, console);
        if (asJson) {
            console.json(plan);
        } else {
            console.print(text(recipe, plan));
        }
        warn("", plan, console);
        return ExitCodes.OK;
    }

    private static void warn(String of, PlanResult plan, Console console) {
        if (plan.peakMemoryBytes() > plan.machineMemoryBytes()) {
            console.warn(String.format(
                    Locale.ROOT,
                    "%sthat is more memory than there is (%s); use a smaller train.micro_batch_size or train.recompute: true",
                    of,
                    Units.bytes((double) plan.machineMemoryBytes())));
        }
    }

    /** A step in milliseconds, or in seconds and minutes where there are many. */
    static String step(PlanResult plan) {
        return plan.stepSeconds() < 10
                ? String.format(Locale.ROOT, "%.0f ms", plan.stepSeconds() * 1e3)
                : Units.seconds(plan.stepSeconds());
    }

    private static String text(Recipe recipe, PlanResult plan) {
        return String.format(
                Locale.ROOT,
                """
                %s: %s
                parameters        %,d, of which a token uses %,d
                FLOPs a token     %s
                step              %s, %,d steps
                training          %s, evaluations apart
                peak memory       %s""",
                recipe.name(),
                recipe.model().describe(),
                plan.parametersTotal(),
                plan.parametersActive(),
                Units.count((double) plan.flopsPerToken()),
                step(plan),
                plan.steps(),
                Units.seconds(plan.trainSeconds()),
                Units.bytes((double) plan.peakMemoryBytes()));
    }
}
