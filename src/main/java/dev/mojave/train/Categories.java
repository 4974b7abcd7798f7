package dev.mojave.train;

import dev.mojave.base.Failure;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.model.ModelSpec;
import java.util.List;

/**
 * Checks before the first step that a recipe's model and data agree on categories, and that schedules fit the length of training.
 */
final class Categories {
    private Categories() {}

    /**
     * Returns the categories that the router reads, or, if it reads none, all categories of the data, for statistics on which
     * experts process them.
     */
    static List<String> of(ModelSpec model, PreparedData data) {
        if (model.categories().isEmpty()) {
            return model.sparse() ? data.categories() : List.of();
        }
        if (model.categories().stream().noneMatch(data.categories()::contains)) {
            throw Failure.usage(
                    "model.moe.router: task-aware routing reads the categories of documents, but %s has %s, none of %s; correct"
                            + " model.moe.router.categories, set data.category_field, or choose another router",
                    data.train().source(),
                    data.categories().isEmpty()
                            ? "documents without categories"
                            : "the categories " + String.join(", ", data.categories()),
                    String.join(", ", model.categories()));
        }
        return model.categories();
    }

    /**
     * Checks the schedules against the number of steps. The recipe has already checked a length in steps; other lengths depend on
     * the data.
     */
    static void requireSchedulesStart(ModelSpec model, long totalSteps) {
        try {
            model.requireSchedulesStart(totalSteps);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("%s", String.valueOf(e.getMessage())).because(e);
        }
    }
}
