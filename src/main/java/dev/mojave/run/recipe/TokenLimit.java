package dev.mojave.run.recipe;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.mojave.base.Check;
import dev.mojave.base.Units;

/**
 * A maximum number of tokens, or no limit: {@code 50k} or {@code all} in a recipe.
 *
 * @param tokens the maximum number of tokens; {@link Long#MAX_VALUE} means all
 */
public record TokenLimit(long tokens) {
    /** No limit. */
    public static final TokenLimit ALL = new TokenLimit(Long.MAX_VALUE);

    /** Checks that the limit is positive. */
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
