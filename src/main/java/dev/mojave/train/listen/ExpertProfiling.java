package dev.mojave.train.listen;

import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.window.EvalWindows;
import dev.mojave.eval.probe.ExpertProbe;
import dev.mojave.eval.probe.HeldOutWalk;
import dev.mojave.model.LanguageModel;
import dev.mojave.run.folder.RunFolder;
import java.util.List;

/** Profiles the experts of a mixture after training, on held-out text. */
public final class ExpertProfiling implements Listener {
    private static final long TOKENS = 50_000;

    private final LanguageModel model;
    private final PreparedData data;
    private final List<String> categories;
    private final RunFolder folder;

    /**
     * Creates a listener that writes to a run's folder.
     *
     * @param categories names of the tokens' categories: those that the router reads, or else those of the data
     */
    public ExpertProfiling(LanguageModel model, PreparedData data, List<String> categories, RunFolder folder) {
        this.model = model;
        this.data = data;
        this.categories = categories;
        this.folder = folder;
    }

    @Override
    public void end(boolean finished) {
        if (finished && model.spec().sparse()) {
            ExpertProbe experts = new ExpertProbe(data.tokenizer(), categories);
            EvalWindows windows =
                    EvalWindows.limited(data.validation(), data.cut(model.spec().maxPositionEmbeddings()), TOKENS);
            new HeldOutWalk(model, windows, categories).run(List.of(experts));
            folder.write(experts.result());
        }
    }
}
