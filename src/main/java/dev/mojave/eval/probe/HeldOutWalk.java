package dev.mojave.eval.probe;

import dev.mojave.data.window.EvalWindows;
import dev.mojave.eval.Perplexity;
import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.Output;
import dev.mojave.nn.Context;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import java.util.List;
import java.util.Optional;

/** One pass of a model over held-out windows, in evaluation mode and float32, which any number of probes observe. */
public final class HeldOutWalk {
    private final LanguageModel model;
    private final EvalWindows windows;
    private final List<String> categories;

    /**
     * Prepares a walk, which can be repeated.
     *
     * @param categories names of token categories: those that the model's routers read or, if they read none, those of the data
     */
    public HeldOutWalk(LanguageModel model, EvalWindows windows, List<String> categories) {
        this.model = model;
        this.windows = windows;
        this.categories = List.copyOf(categories);
    }

    /** Reads every window once, however many probes there are, and shows each forward pass to all probes. */
    public void run(List<? extends Probe<?>> probes) {
        int atOnce = Perplexity.rows(model.spec());
        for (int first = 0; first < windows.count(); first += atOnce) {
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open()) {
                Rows rows = rows(first, atOnce);
                Output output = model.forward(rows.inputs(true), Context.EVALUATION);
                probes.forEach(probe -> probe.look(rows, output));
            }
        }
    }

    private Rows rows(int first, int count) {
        var batch = windows.batch(first, count);
        // The padding of the last window is not part of the text, even if windows are cut from running text.
        return Rows.of(batch, true, Optional.of(windows.categories(batch, categories)), categories.size());
    }
}
