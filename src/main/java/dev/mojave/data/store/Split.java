package dev.mojave.data.store;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import java.util.List;

/** The parts that a corpus is divided into before windows are cut. */
public enum Split {
    /** The text that a model is trained on. */
    TRAIN("train"),
    /** The text that is evaluated during and after training. */
    VALIDATION("validation"),
    /** The text for final measurements, on which no choices are based. */
    TEST("test");

    private final String key;

    Split(String key) {
        this.key = key;
    }

    /** Returns the name used in recipes, files and flags. */
    public String key() {
        return key;
    }

    /**
     * Parses a name: {@code train}, {@code validation} or {@code val}, {@code test}.
     *
     * @throws Failure of kind USAGE for any other
     */
    public static Split parse(String name) {
        return switch (name) {
            case "train" -> TRAIN;
            case "val", "validation" -> VALIDATION;
            case "test" -> TEST;
            default -> {
                List<String> known = List.of("train", "val", "validation", "test");
                throw Failure.usage(
                        "unknown split '%s'; known: train, val, test%s", name, Suggest.didYouMean(name, known));
            }
        };
    }
}
