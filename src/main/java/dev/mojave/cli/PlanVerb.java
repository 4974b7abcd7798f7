package dev.mojave.cli;

import dev.mojave.base.Units;
import dev.mojave.data.PreparedData;
import dev.mojave.result.PlanResult;
import dev.mojave.run.Recipe;
import dev.mojave.run.RecipeDraft;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.EngineChoice;
import dev.mojave.train.Planner;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Says what a recipe will cost before it is trained. */
@Command(
        name = "plan",
        description =
                "Parameters, FLOPs, time and peak memory of training a recipe here, from a few steps with few layers.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave plan recipes/embedded-tiny.yaml --set train.batch_size=32")
final class PlanVerb implements Verb {
    @Parameters(paramLabel = "RECIPE", description = "A YAML file; recipes/ has examples.")
    Path file = Path.of("");

    @Mixin
    final RecipeOptions recipeOptions = new RecipeOptions();

    @Mixin
    final JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        RecipeDraft draft = RecipeDraft.read(file, recipeOptions.overrides());
        if (recipeOptions.printConfig()) {
            console.stream(draft.yaml());
            return ExitCodes.OK;
        }
        boolean asJson = json.chosen(console);
        EngineChoice engine = Engine.configure(draft.engine(), console);
        try (PreparedData data = PreparedData.open(draft.data(), console)) {
            Recipe recipe = draft.resolve(data.tokenizer().vocabSize());
            PlanResult plan = Planner.plan(recipe, data, engine, console);
            if (asJson) {
                console.json(plan);
            } else {
                console.print(text(recipe, plan));
            }
            if (plan.peakMemoryBytes() > plan.machineMemoryBytes()) {
                console.warn(
                        "that is more memory than there is (%s); use a smaller train.micro_batch_size or train.recompute: true"
                                .formatted(Units.bytes((double) plan.machineMemoryBytes())));
            }
            return ExitCodes.OK;
        }
    }

    private static String text(Recipe recipe, PlanResult plan) {
        return """
                %s: %s
                parameters        %,d, of which a token uses %,d
                FLOPs a token     %s
                step              %.0f ms, %,d steps
                training          %s, evaluations apart
                peak memory       %s""".formatted(
                        recipe.name(),
                        recipe.model().describe(),
                        plan.parametersTotal(),
                        plan.parametersActive(),
                        Units.count((double) plan.flopsPerToken()),
                        plan.stepSeconds() * 1e3,
                        plan.steps(),
                        Units.seconds(plan.trainSeconds()),
                        Units.bytes((double) plan.peakMemoryBytes()));
    }
}
