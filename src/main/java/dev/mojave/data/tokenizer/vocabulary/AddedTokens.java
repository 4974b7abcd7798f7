package dev.mojave.data.tokenizer.vocabulary;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the added tokens that are cut out of a text before it is split into pieces: the leftmost one and, of several at the same
 * position, the longest.
 */
public final class AddedTokens {
    /**
     * One token.
     *
     * @param content its text, not empty
     * @param id its id
     */
    public record Token(String content, int id) {}

    /**
     * An occurrence of a token in a text, with indices in UTF-16 code units.
     *
     * @param start index of its first character; the text's length if no token was found
     * @param end index after its last character
     * @param id its id
     */
    public record Match(int start, int end, int id) {}

    private final List<Token> longestFirst;
    private final BitSet firstChars = new BitSet();

    /** Prepares to search for these tokens. */
    public AddedTokens(List<Token> tokens) {
        longestFirst = new ArrayList<>(tokens);
        longestFirst.sort(
                Comparator.comparingInt((Token token) -> -token.content().length()));
        tokens.forEach(token -> firstChars.set(token.content().charAt(0)));
    }

    /** Returns the tokens. */
    public List<Token> tokens() {
        return List.copyOf(longestFirst);
    }

    /** Finds the first token at or after an index. */
    public Match find(String text, int from) {
        if (firstChars.cardinality() == 1) {
            return findSingle(text, from, firstChars.nextSetBit(0));
        }
        for (int i = from; i < text.length() && !firstChars.isEmpty(); i++) {
            if (firstChars.get(text.charAt(i))) {
                Match match = at(text, i);
                if (match.start() == i) {
                    return match;
                }
            }
        }
        return none(text);
    }

    private Match findSingle(String text, int from, int first) {
        for (int i = text.indexOf(first, from); i >= 0; i = text.indexOf(first, i + 1)) {
            Match match = at(text, i);
            if (match.start() == i) {
                return match;
            }
        }
        return none(text);
    }

    private Match at(String text, int start) {
        for (Token token : longestFirst) {
            if (text.startsWith(token.content(), start)) {
                return new Match(start, start + token.content().length(), token.id());
            }
        }
        return none(text);
    }

    private static Match none(String text) {
        return new Match(text.length(), text.length(), -1);
    }
}
