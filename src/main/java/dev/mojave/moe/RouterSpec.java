package dev.mojave.moe;

import dev.mojave.nn.Init;

/** How tokens choose experts; every alternative is a record in this package. */
public sealed interface RouterSpec permits TopKRouter.Spec {
    /** Returns the number of trained parameters. */
    long parameterCount();

    /** Makes the router. */
    Router build(Init init);
}
