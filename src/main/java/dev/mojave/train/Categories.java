package dev.mojave.train;

import dev.mojave.base.Failure;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.model.ModelSpec;
import java.util.List;

/** What a recipe's model and its data must agree on before the first step. */
final class Categories {
    private Categories() {}

    /** The categories that are told to the router, or, where it wants none, all that the data has, to see who takes what. */
    static List<String> of(ModelSpec model, PreparedData data) {
        if (model.categories().isEmpty()) {
            return model.sparse() ? data.categories() : List.of();
        }
        if (model.categories().stream().noneMatch(data.categories()::contains)) {
            throw Failure.usage(
                    "model.moe.router: task-aware routing is told categories of documents, but %s has %s, none of %s; correct"
                            + " model.moe.router.categories, set data.category_field, or choose another router",
                    data.train().source(),
                    data.categories().isEmpty()
                            ? "documents without categories"
                            : "the categories " + String.join(", ", data.categories()),
                    String.join(", ", model.categories()));
        }
        return model.categories();
    }

    /** A length in steps was checked with the recipe; other lengths are known only with the data. */
    static void requireSchedulesStart(ModelSpec model, long totalSteps) {
        try {
            model.requireSchedulesStart(totalSteps);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("%s", String.valueOf(e.getMessage())).because(e);
        }
    }
}
