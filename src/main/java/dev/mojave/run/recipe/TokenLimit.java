package dev.mojave.run.recipe;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.mojave.base.Check;
import dev.mojave.base.Units;

/**
 * A number of tokens, or all there are: {@code 50k} or {@code all} in a recipe.
 *
 * @param tokens the most to take; {@link Long#MAX_VALUE} stands for all
 */
public record TokenLimit(long tokens) {
    /** No limit. */
    public static final TokenLimit ALL = new TokenLimit(Long.MAX_VALUE);

    /** Checks the sign. */
    public TokenLimit {
        Check.that(tokens >= 1, "must be at least 1 token, or all");
    }

    @JsonCreator
    static TokenLimit parse(String text) {
        return text.equals("all") ? ALL : new TokenLimit(Units.parseCount(text));
    }

    /** Returns whether there is no limit. */
    public boolean isAll() {
        return tokens == Long.MAX_VALUE;
    }

    @JsonValue
    Object notation() {
        return isAll() ? "all" : (Object) tokens;
    }
}
