package dev.mojave.eval.probe;

import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.eval.Rows;
import dev.mojave.model.Output;
import dev.mojave.moe.balance.CategoryCounts;
import dev.mojave.moe.balance.LoadStatistics;
import dev.mojave.moe.routing.Choices;
import dev.mojave.moe.routing.Mixture;
import dev.mojave.moe.routing.Routing;
import dev.mojave.result.ExpertProfile;
import dev.mojave.result.ExpertProfile.LikedToken;
import dev.mojave.result.ExpertProfiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Observes which tokens of a held-out text each expert of a mixture receives. A token characterises an expert if it is assigned
 * to it more often than other tokens are. Tokens are ranked by {@code n log(n / (N f))}, where n is the number of the token's
 * assignments to the expert, N the number of all its assignments and f the expert's load (its share of the assignments of all
 * tokens).
 */
public final class ExpertProbe implements Probe<ExpertProfiles> {
    private static final int LIKED = 10;
    private static final long FEWEST = 5;

    private final Tokenizer tokenizer;
    private final List<String> categories;
    private final Map<Mixture, Seen> seen = new LinkedHashMap<>();
    private long tokens;

    /** The observations of one mixture: its load, and the number of assignments to each expert by token id. */
    private record Seen(LoadStatistics load, Map<Integer, long[]> assignmentsOfToken) {}

    /**
     * Creates a probe without observations.
     *
     * @param tokenizer decodes the tokens that the result lists
     * @param categories names of the categories of the walk's rows
     */
    public ExpertProbe(Tokenizer tokenizer, List<String> categories) {
        this.tokenizer = tokenizer;
        this.categories = List.copyOf(categories);
    }

    @Override
    public void look(Rows rows, Output output) {
        int[] ids = rows.idsOfReal();
        int[] ofTokens = rows.categoriesOfReal();
        tokens += ids.length;
        for (Routing routing : output.routing()) {
            Seen here = seen.computeIfAbsent(
                    routing.mixture(),
                    mixture -> new Seen(
                            new LoadStatistics(mixture, routing.experts(), categories.size()), new TreeMap<>()));
            here.load.add(routing, ofTokens);
            count(routing.choices(), ids, here.assignmentsOfToken);
        }
    }

    @Override
    public ExpertProfiles result() {
        return new ExpertProfiles(
                tokens, seen.values().stream().map(this::profile).toList());
    }

    private static void count(Choices choices, int[] ids, Map<Integer, long[]> assignments) {
        for (int token = 0; token < choices.tokens(); token++) {
            long[] ofToken = assignments.computeIfAbsent(ids[token], id -> new long[choices.experts()]);
            for (int choice = 0; choice < choices.topK(); choice++) {
                if (choices.kept(token, choice)) {
                    ofToken[choices.expert(token, choice)]++;
                }
            }
        }
    }

    private ExpertProfile profile(Seen seen) {
        double[] ofExpert = seen.load.load();
        CategoryCounts counts = seen.load.categories();
        List<String> named = counts.isEmpty() ? List.of() : categories;
        return new ExpertProfile(
                seen.load.mixture().number(),
                Arrays.stream(ofExpert).boxed().toList(),
                IntStream.range(0, ofExpert.length)
                        .mapToObj(expert -> liked(seen.assignmentsOfToken, expert, ofExpert[expert]))
                        .toList(),
                named,
                IntStream.range(0, named.size())
                        .mapToObj(category ->
                                Arrays.stream(counts.share(category)).boxed().toList())
                        .toList(),
                counts.specialisation(),
                counts.mutualInformation());
    }

    private record Telling(int id, double information, double share, long assignments) {}

    private List<LikedToken> liked(Map<Integer, long[]> assignments, int expert, double load) {
        List<Telling> telling = new ArrayList<>();
        assignments.forEach((id, ofToken) -> {
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
                .map(t -> new LikedToken(tokenizer.decode(t.id), t.share, t.assignments))
                .toList();
    }
}
