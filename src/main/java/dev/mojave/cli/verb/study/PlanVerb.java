package dev.mojave.cli.verb.study;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Yaml;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.options.RecipeOptions;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.sweep.SweepRecipe;
import dev.mojave.result.PlanResult;
import dev.mojave.result.study.StudyPlanResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.run.recipe.StudyRecipe;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.train.Planner;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Predicts the cost of training a recipe. */
@Command(
        name = "plan",
        description = {
            "Predict parameters, FLOPs, time and peak memory of training a recipe here, from a few steps with few layers.",
            "",
            "For a study, each arm is planned in a process of its own; for a sweep, or a study with axes or tune, the number of trials"
                    + " and their total time are predicted."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave plan recipes/embedded-tiny.yaml --set train.batch_size=32")
public final class PlanVerb implements Verb {
    @Parameters(paramLabel = "RECIPE", description = "A YAML file; see recipes/ for examples.")
    Path file = Path.of("");

    @Option(names = "--arm", paramLabel = "NAME", description = "Plan only this arm of a study.")
    String arm = "";

    @Mixin
    final RecipeOptions recipeOptions = new RecipeOptions();

    @Mixin
    final JsonOption json = new JsonOption();

    private final OwnProgram program;

    /** Creates the verb; each arm of a study is planned in a process of its own. */
    public PlanVerb(OwnProgram program) {
        this.program = program;
    }

    @Override
    public int run(Console console) {
        ObjectNode typed = Yaml.read(file);
        if (SweepRecipe.isSweep(typed)) {
            return sweep(console);
        }
        return typed.has("arms") ? study(console) : single(console);
    }

    private int sweep(Console console) {
        refuseArm("a sweep's recipe");
        // A plan may have more trials than anyone would run; it is what reveals this.
        SweepRecipe sweep = SweepRecipe.read(file, recipeOptions.overrides(), true);
        if (recipeOptions.printConfig()) {
            console.stream(sweep.yaml());
            return ExitCodes.OK;
        }
        TrialsPlan.print(sweep, program, json.chosen(console), console);
        return ExitCodes.OK;
    }

    private void refuseArm(String what) {
        if (!arm.isEmpty()) {
            throw Failure.usage("--arm %s: %s is %s, which has no arms; leave it out", arm, file, what);
        }
    }

    private int study(Console console) {
        StudyDesign design = StudyDesign.read(file, recipeOptions.overrides(), true);
        if (recipeOptions.printConfig()) {
            console.stream(design.yaml());
            return ExitCodes.OK;
        }
        boolean asJson = json.chosen(console);
        if (!design.isPlain()) {
            return trials(design, asJson, console);
        }
        StudyRecipe study = design.first();
        if (!arm.isEmpty()) {
            return arm(study, asJson, console);
        }
        StudyPlanResult plan = new StudyPlanner(file, recipeOptions.overrides(), program, console).plan(study);
        if (asJson) {
            console.json(plan);
        } else {
            console.print(StudyPlanner.text(plan));
        }
        plan.arms().forEach(one -> warn(one.name() + ": ", one.plan(), console));
        return ExitCodes.OK;
    }

    private int trials(StudyDesign design, boolean asJson, Console console) {
        if (!arm.isEmpty()) {
            throw Failure.usage(
                    "--arm %s: %s has axes or tuning, and is planned as a whole; leave --arm out", arm, file);
        }
        TrialsPlan.print(design, program, asJson, console);
        return ExitCodes.OK;
    }

    private int arm(StudyRecipe study, boolean asJson, Console console) {
        EngineChoice engine = Engine.configure(study.base().engine(), console);
        try (PreparedData data = PreparedData.open(study.base().data(), console)) {
            Recipe recipe = StudyPlanner.arm(study, arm, data.tokenizer().vocabSize(), file);
            return plan(recipe, data, engine, asJson, console);
        }
    }

    private int single(Console console) {
        refuseArm("the recipe of a single model");
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
            console.print(PlanText.of(recipe, plan));
        }
        warn("", plan, console);
        return ExitCodes.OK;
    }

    private static void warn(String of, PlanResult plan, Console console) {
        PlanText.warning(plan).ifPresent(words -> console.warn(of + words));
    }
}
