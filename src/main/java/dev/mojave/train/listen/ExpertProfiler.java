package dev.mojave.train.listen;

import dev.mojave.data.Batch;
import dev.mojave.data.EvalWindows;
import dev.mojave.data.PreparedData;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.eval.Perplexity;
import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.Output;
import dev.mojave.moe.CategoryCounts;
import dev.mojave.moe.Choices;
import dev.mojave.moe.LoadStatistics;
import dev.mojave.moe.Routing;
import dev.mojave.nn.Context;
import dev.mojave.result.ExpertProfile;
import dev.mojave.result.ExpertProfile.LikedToken;
import dev.mojave.result.ExpertProfiles;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Looks at what each expert of a trained mixture receives of held-out text. A token tells something about an expert as far as its copies
 * go there more often than others do: with n copies at the expert, of N in all, and f the expert's load, by {@code n log(n / (N f))}.
 */
final class ExpertProfiler {
    private static final long TOKENS = 50_000;
    private static final int LIKED = 10;
    private static final long FEWEST = 5;

    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final List<String> categories;
    private final EvalWindows windows;
    private final List<LoadStatistics> load = new ArrayList<>();
    private final List<Map<Integer, long[]>> copiesOfToken = new ArrayList<>();
    private long tokens;

    private ExpertProfiler(LanguageModel model, PreparedData data, List<String> categories) {
        this.model = model;
        this.tokenizer = data.tokenizer();
        this.categories = categories;
        this.windows =
                EvalWindows.limited(data.validation(), data.cut(model.spec().maxPositionEmbeddings()), TOKENS);
    }

    /**
     * Profiles a model.
     *
     * @param categories of tokens: those that the router is told, or else those that the data has
     */
    static ExpertProfiles measure(LanguageModel model, PreparedData data, List<String> categories) {
        ExpertProfiler profiler = new ExpertProfiler(model, data, categories);
        int rows = Perplexity.rows(model.spec());
        for (int first = 0; first < profiler.windows.count(); first += rows) {
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open()) {
                profiler.add(profiler.windows.batch(first, rows));
            }
        }
        return new ExpertProfiles(
                profiler.tokens,
                IntStream.range(0, profiler.load.size())
                        .mapToObj(profiler::profile)
                        .toList());
    }

    private void add(Batch batch) {
        int[] ofTokens = windows.categories(batch, categories);
        // What pads the last window has no target, and neither has anything else here.
        int[] real = IntStream.range(0, ofTokens.length)
                .filter(i -> batch.targets()[i] != Batch.IGNORED)
                .toArray();
        Rows rows = Rows.of(batch, true, Optional.of(ofTokens), categories.size());
        Output output = model.forward(rows.inputs(true), Context.EVALUATION);
        tokens += real.length;
        int[] realCategories = Arrays.stream(real).map(i -> ofTokens[i]).toArray();
        int[] realIds = Arrays.stream(real).map(i -> batch.ids()[i]).toArray();
        for (int layer = 0; layer < output.routing().size(); layer++) {
            Routing routing = output.routing().get(layer);
            if (load.size() == layer) {
                load.add(new LoadStatistics(routing.experts(), categories.size()));
                copiesOfToken.add(new TreeMap<>());
            }
            load.get(layer).add(routing, realCategories);
            count(routing.choices(), realIds, copiesOfToken.get(layer));
        }
    }

    private static void count(Choices choices, int[] ids, Map<Integer, long[]> copies) {
        for (int token = 0; token < choices.tokens(); token++) {
            long[] ofToken = copies.computeIfAbsent(ids[token], id -> new long[choices.experts()]);
            for (int choice = 0; choice < choices.topK(); choice++) {
                if (choices.kept(token, choice)) {
                    ofToken[choices.expert(token, choice)]++;
                }
            }
        }
    }

    private ExpertProfile profile(int layer) {
        double[] ofExpert = load.get(layer).load();
        CategoryCounts counts = load.get(layer).categories();
        List<String> named = counts.isEmpty() ? List.of() : categories;
        return new ExpertProfile(
                layer,
                Arrays.stream(ofExpert).boxed().toList(),
                IntStream.range(0, ofExpert.length)
                        .mapToObj(expert -> liked(copiesOfToken.get(layer), expert, ofExpert[expert]))
                        .toList(),
                named,
                IntStream.range(0, named.size())
                        .mapToObj(category ->
                                Arrays.stream(counts.share(category)).boxed().toList())
                        .toList(),
                counts.specialisation(),
                counts.mutualInformation());
    }

    private record Telling(int id, double information, double share, long copies) {}

    private List<LikedToken> liked(Map<Integer, long[]> copies, int expert, double load) {
        List<Telling> telling = new ArrayList<>();
        copies.forEach((id, ofToken) -> {
            double all = Arrays.stream(ofToken).sum();
            long here = ofToken[expert];
            if (here >= FEWEST && here / all > load) {
                telling.add(new Telling(id, here * Math.log(here / (all * load)), here / all, here));
            }
        });
        return telling.stream()
                .sorted(Comparator.comparingDouble(Telling::information)
                        .reversed()
                        .thenComparingInt(Telling::id))
                .limit(LIKED)
                .map(t -> new LikedToken(tokenizer.decode(t.id), t.share, t.copies))
                .toList();
    }
}
