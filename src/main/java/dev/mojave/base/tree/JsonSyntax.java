package dev.mojave.base.tree;

import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the first place where a text is not JSON (RFC 8259, plus NaN and Infinity as Python writes them) and explains what is wrong there and
 * what the remedy is. Parsers stop at the same places, but describe them in terms of their own tokens and settings. This class is used only
 * when a parser has rejected the text.
 */
final class JsonSyntax {
    /** The limits of the parser that Mojave uses. */
    private static final int DEEPEST = 500;

    private static final int LONGEST_NUMBER = 1000;
    private static final int LONGEST_KEY = 50_000;

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_$.+-]+");
    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");
    private static final Map<String, String> MEANT =
            Map.of("True", "true", "False", "false", "None", "null", "undefined", "null");

    /** A description of what is wrong at a character of the text. */
    record Fault(int offset, String what) {
        int line(String text) {
            return 1
                    + (int) text.substring(0, offset)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
        }

        int column(String text) {
            return offset - text.lastIndexOf('\n', offset - 1);
        }
    }

    /** Ends the parse at the first fault. */
    private static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Fault fault;

        Found(Fault fault) {
            super(fault.what, null, false, false);
            this.fault = fault;
        }
    }

    private final String text;
    private final boolean strict;
    private int at;

    private JsonSyntax(String text, boolean strict) {
        this.text = text;
        this.strict = strict;
    }

    /**
     * Returns the first fault. Numbers that are not finite are accepted as Python writes them; duplicate keys are valid JSON to some parsers, so
     * they are reported only if nothing else is wrong.
     */
    static Optional<Fault> find(String text) {
        return new JsonSyntax(text, false).walk().or(() -> new JsonSyntax(text, true).walk());
    }

    private Optional<Fault> walk() {
        try {
            if (text.startsWith("\uFEFF")) {
                throw fault("there is a byte-order mark before the JSON; save the file as UTF-8 without one");
            }
            skipBlanks();
            if (at == text.length()) {
                throw fault("there is no JSON here: the text is empty");
            }
            value(0);
            skipBlanks();
            if (at < text.length()) {
                throw unexpected(
                        "there is more text after the end of the first value; remove it (a file contains one value)");
            }
            return Optional.empty();
        } catch (Found found) {
            return Optional.of(found.fault);
        }
    }

    private void value(int depth) {
        if (depth == DEEPEST && (peek() == '{' || peek() == '[')) {
            throw fault("lists and objects are nested more than " + DEEPEST + " levels deep");
        }
        switch (peek()) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> string();
            case '\'' -> throw fault("text in single quotes; JSON needs double quotes");
            case '}', ']', ',', ':' -> throw fault("a value is missing before '" + peek() + "'");
            default -> word();
        }
    }

    private void object(int depth) {
        int start = at++;
        Set<String> keys = new HashSet<>();
        next(start, "object");
        if (peek() == '}') {
            at++;
            return;
        }
        while (true) {
            key(keys);
            next(start, "object");
            if (peek() != ':') {
                throw unexpected("a colon is missing between a key and its value");
            }
            at++;
            next(start, "object");
            value(depth + 1);
            next(start, "object");
            if (!more('}')) {
                return;
            }
            next(start, "object");
            if (peek() == '}') {
                throw fault("a comma before the closing '}'; remove the comma");
            }
        }
    }

    private void key(Set<String> keys) {
        int start = at;
        if (peek() == '\'') {
            throw fault("a key in single quotes; JSON needs double quotes");
        }
        if (peek() != '"') {
            String bare = bareWord();
            throw unexpected(
                    bare.isEmpty()
                            ? "a key in double quotes is expected here"
                            : "the key " + bare + " has no quotes; write \"" + bare + "\"");
        }
        String key = string();
        if (key.length() > LONGEST_KEY) {
            throw new Found(new Fault(start, "a key of more than " + LONGEST_KEY + " characters"));
        }
        if (!keys.add(key) && strict) {
            throw new Found(new Fault(start, "the key \"" + shortened(key) + "\" occurs twice; remove one"));
        }
    }

    private void list(int depth) {
        int start = at++;
        next(start, "list");
        if (peek() == ']') {
            at++;
            return;
        }
        while (true) {
            value(depth + 1);
            next(start, "list");
            if (!more(']')) {
                return;
            }
            next(start, "list");
            if (peek() == ']') {
                throw fault("a comma before the closing ']'; remove the comma");
            }
        }
    }

    /** Consumes a comma and returns true, or consumes the closing bracket and returns false. */
    private boolean more(char closing) {
        char c = peek();
        if (c != ',' && c != closing) {
            throw unexpected("a comma or '" + closing + "' is missing here");
        }
        at++;
        return c == ',';
    }

    private String string() {
        int start = at++;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                return text.substring(start + 1, at++);
            }
            if (c == '\\') {
                escape(start);
            } else if (c < ' ') {
                throw unexpected(
                        c == '\n' || c == '\r'
                                ? "a line break inside text; write \\n instead, or close the quotes"
                                : c == '\t' ? "a tab inside text; write \\t" : "a control character inside text");
            } else {
                at++;
            }
        }
        throw cutShort(start, "text");
    }

    private void escape(int start) {
        if (at + 1 == text.length()) {
            throw cutShort(start, "text");
        }
        char c = text.charAt(at + 1);
        boolean unicode = c == 'u';
        if (unicode && at + 6 > text.length()) {
            throw cutShort(start, "text");
        }
        if (unicode ? !text.substring(at + 2, at + 6).matches("[0-9a-fA-F]{4}") : "\"\\/bfnrt".indexOf(c) < 0) {
            throw fault("this is not an escape sequence of JSON; write \\\\ for a backslash");
        }
        at += unicode ? 6 : 2;
    }

    /** Consumes a number, true, false or null; anything else is a fault. */
    private void word() {
        String word = bareWord();
        if (Set.of("true", "false", "null").contains(word) || NOT_FINITE.contains(word)) {
            at += word.length();
        } else if (MEANT.containsKey(word)) {
            throw fault(word + " is not JSON; write " + MEANT.get(word));
        } else if (!word.isEmpty() && "-+.0123456789".indexOf(word.charAt(0)) >= 0) {
            if (word.length() > LONGEST_NUMBER) {
                throw fault("a number of more than " + LONGEST_NUMBER + " characters");
            }
            if (!NUMBER.matcher(word).matches()) {
                throw at + word.length() == text.length() && text.length() > word.length()
                        ? cutShort(at, "a number")
                        : fault(shortened(word) + " is not a valid JSON number such as 10, -0.5 or 1e-3");
            }
            at += word.length();
        } else if (word.isEmpty()) {
            String character = text.substring(at, text.offsetByCodePoints(at, 1));
            throw unexpected("a value is expected here, but '" + character + "' does not begin one");
        } else if (at + word.length() == text.length()
                && Set.of("true", "false", "null").stream().anyMatch(whole -> whole.startsWith(word))) {
            throw fault("the text is truncated: it ends in the middle of a word; fetch or write it again");
        } else {
            throw fault("the text " + shortened(word) + " has no quotes; text needs double quotes");
        }
    }

    private String bareWord() {
        Matcher matcher = WORD.matcher(text).region(at, text.length());
        return matcher.lookingAt() ? matcher.group() : "";
    }

    private char peek() {
        return text.charAt(at);
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** Skips blanks to the next character inside an object or a list. */
    private void next(int start, String what) {
        skipBlanks();
        if (at == text.length()) {
            throw cutShort(start, what.equals("list") ? "a list" : "an object");
        }
    }

    private Found cutShort(int start, String what) {
        int line = new Fault(start, "").line(text);
        String where = line > 1 ? " that begins on line " + line : "";
        at = text.length();
        return fault("the text is truncated: it ends in the middle of " + what + where + "; fetch or write it again");
    }

    private Found fault(String what) {
        return new Found(new Fault(at, what));
    }

    /** Returns a fault at the next character; if that character alone explains the fault better, the message is about it. */
    private Found unexpected(String what) {
        char c = at < text.length() ? text.charAt(at) : ' ';
        if (c == '\0') {
            return fault("a zero byte, as in UTF-16 text; save the file as UTF-8");
        }
        if (text.startsWith("//", at) || text.startsWith("/*", at) || c == '#') {
            return fault("a comment, which JSON does not allow; remove it");
        }
        if (c < ' ' && "\t\r\n".indexOf(c) < 0) {
            return fault(String.format(Locale.ROOT, "the control character U+%04X; remove it", (int) c));
        }
        return fault(what);
    }

    private static String shortened(String word) {
        return word.length() <= 40 ? word : word.substring(0, 40) + "...";
    }
}
