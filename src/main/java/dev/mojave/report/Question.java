package dev.mojave.report;

import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import java.util.List;

/** Phrases the question that a study asks, from the comparisons that it makes. */
final class Question {
    private static final int MOST_NAMED = 3;

    private Question() {}

    /** Returns the question, with the budget that each rival was matched to. */
    static String of(Study study) {
        List<Comparison> comparisons = study.result().comparisons();
        if (comparisons.isEmpty()) {
            return "What validation loss does each arm reach?";
        }
        if (comparisons.size() > MOST_NAMED) {
            return study.reference()
                    .map(reference -> "Does " + reference + " reach a lower validation loss than each of the "
                            + comparisons.size() + " other arms?")
                    .orElse("Which arm reaches the lowest validation loss?");
        }
        return study.reference()
                .map(reference -> "Does " + reference + " reach a lower validation loss than "
                        + list(comparisons.stream()
                                .map(c -> rival(study, c.a()))
                                .toList()) + "?")
                .orElse("Which arm reaches the lowest validation loss?");
    }

    private static String rival(Study study, String name) {
        return study.result().arms().stream()
                .filter(arm -> arm.name().equals(name))
                .map(ArmResult::match)
                .map(match -> match == null ? name : name + " (equal " + Study.budget(match) + ")")
                .findFirst()
                .orElse(name);
    }

    private static String list(List<String> names) {
        int last = names.size() - 1;
        return last == 0 ? names.getFirst() : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }
}
