package dev.mojave.lab.study;

import dev.mojave.base.Units;
import dev.mojave.result.study.TunedArm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The notes on the tuning that preceded a comparison. */
public final class TuningNotes {
    private TuningNotes() {}

    /** Returns the notes: how arms were tuned, what each got, which choices lie at the edge, and what failed. */
    public static List<String> of(List<TunedArm> tuned) {
        List<String> notes = new ArrayList<>();
        if (tuned.isEmpty()) {
            return notes;
        }
        TunedArm first = tuned.getFirst();
        notes.add(String.format(
                Locale.ROOT,
                "Each arm was tuned first%s: %d settings, %d seed%s (%s) that the comparison does not use, %s training tokens a trial;"
                        + " the lowest mean validation loss won.",
                tuned.stream().anyMatch(arm -> !arm.at().isEmpty()) ? " at every size" : "",
                first.settings().size(),
                first.seeds().size(),
                first.seeds().size() == 1 ? "" : "s",
                first.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                Units.shortCount((double) first.tokens())));
        Map<Map<String, String>, List<TunedArm>> bySize = new LinkedHashMap<>();
        tuned.forEach(
                arm -> bySize.computeIfAbsent(arm.at(), at -> new ArrayList<>()).add(arm));
        bySize.values()
                .forEach(arms -> notes.add("Tuning chose " + at(arms.getFirst())
                        + arms.stream()
                                .map(arm -> arm.choice()
                                        .map(setting -> setting.label() + " for '" + arm.arm() + "'")
                                        .orElse("nothing yet for '" + arm.arm() + "'"))
                                .collect(Collectors.joining("; ", "", "."))));
        for (TunedArm arm : tuned) {
            arm.edges()
                    .forEach(edge -> notes.add("The best " + edge + " for arm '" + arm.arm() + "'" + size(arm)
                            + ": a better one may lie beyond, and the arm may be at a disadvantage."));
            arm.settings().stream()
                    .filter(setting -> setting.failed() != null)
                    .forEach(setting -> notes.add("Setting " + setting.label() + " of arm '" + arm.arm() + "'"
                            + size(arm) + " could not win: a trial has no result (" + setting.failed() + ")."));
        }
        return notes;
    }

    private static String at(TunedArm arm) {
        String size = size(arm);
        return size.isEmpty() ? "" : size.substring(1) + ": ";
    }

    private static String size(TunedArm arm) {
        return arm.at().isEmpty()
                ? ""
                : arm.at().entrySet().stream()
                        .map(value -> value.getKey() + "=" + value.getValue())
                        .collect(Collectors.joining(", ", " at ", ""));
    }
}
