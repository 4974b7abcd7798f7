package dev.mojave.data.tokenizer.library;

import dev.mojave.base.Failure;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Checks that the normalizer, pre-tokenizer, post-processor, decoder and merges of a {@code tokenizer.json} do not crash Hugging Face's
 * library. The library accepts forms of them that no published file has, and over some of these it aborts the process, when it reads them
 * or on the first text. They are checked and refused beforehand, and so is everything that is not an object with a type, because the
 * library guesses the meaning of a list.
 *
 * <p>Anything else that might crash it, such as a pattern that backtracks too often, is left to
 * {@link OutOfProcessLibrary}.
 */
public final class TokenizerParts {
    /** The parts, with the key under which a sequence has its members and the rule for each. */
    private static final List<Part> PARTS = List.of(
            new Part("normalizer", "normalizers", TokenizerParts::normalizer),
            new Part("pre_tokenizer", "pretokenizers", TokenizerParts::preTokenizer),
            new Part("post_processor", "processors", TokenizerParts::postProcessor),
            new Part("decoder", "decoders", TokenizerParts::decoder));

    /** The texts that a pattern is tried on, besides the pattern itself. */
    private static final List<String> SAMPLES = List.of("", "a B  c\n\t12 \u00e9\u6f22, x. \n");

    /** Longer than any published pattern; trying a longer one on itself could take forever. */
    private static final int LONGEST_PATTERN = 2_000;

    private record Part(String name, String members, Rule rule) {}

    private interface Rule {
        void require(JsonNode node, String where);
    }

    private TokenizerParts() {}

    /**
     * Checks all parts.
     *
     * @param place name of the file in messages
     * @throws Failure of kind DATA if the library could not work with one of them
     */
    public static void require(JsonNode root, String place) {
        for (Part part : PARTS) {
            JsonNode node = root.path(part.name());
            if (!node.isMissingNode() && !node.isNull()) {
                require(node, part, place + ": " + part.name());
            }
        }
        merges(root.path("model"), place);
    }

    private static void require(JsonNode node, Part part, String where) {
        if (!node.isObject() || !node.path("type").isString()) {
            throw Failure.data("%s must be an object with a 'type' or null, not %s", where, shortened(node));
        }
        part.rule().require(node, where);
        JsonNode members = node.path(part.members());
        for (int i = 0; i < members.size(); i++) {
            require(members.path(i), part, String.format(Locale.ROOT, "%s.%s[%d]", where, part.members(), i));
        }
    }

    private static String shortened(JsonNode node) {
        String text = node.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private static void normalizer(JsonNode node, String where) {
        if (node.path("prepend").isString()
                && node.path("prepend").stringValue().isEmpty()) {
            throw Failure.data("%s prepends nothing; give its 'prepend' some text or remove it", where);
        }
        if (hasEmptyMatch(node.path("pattern"))) {
            throw Failure.data(
                    "%s has the pattern %s, which also matches the empty string; write one that matches at least one character",
                    where, shortened(node.path("pattern")));
        }
        boolean precompiled = "Precompiled".equals(node.path("type").stringValue());
        JsonNode charsmap = node.path("precompiled_charsmap");
        if ((precompiled || charsmap.isString()) && !Charsmap.usable(charsmap.asString(""))) {
            throw Failure.data(
                    "%s has a 'precompiled_charsmap' that is damaged or cut off; get it again from its publisher",
                    where);
        }
    }

    /** Whether a pattern has empty matches, as far as Java's regular expressions agree with the library's and the samples show it. */
    private static boolean hasEmptyMatch(JsonNode pattern) {
        if (pattern.path("String").isString()) {
            return pattern.path("String").stringValue().isEmpty();
        }
        String regex = pattern.path("Regex").asString("x");
        try {
            Pattern compiled = Pattern.compile(regex);
            return Stream.concat(SAMPLES.stream(), Stream.of(regex).filter(r -> r.length() <= LONGEST_PATTERN))
                    .anyMatch(sample -> hasEmptyMatch(compiled.matcher(new AccessLimitedText(sample))));
        } catch (PatternSyntaxException | StackOverflowError | AccessLimitedText.Exhausted e) {
            return false;
        }
    }

    private static boolean hasEmptyMatch(Matcher matcher) {
        return matcher.results().anyMatch(match -> match.start() == match.end());
    }

    private static void preTokenizer(JsonNode node, String where) {
        if (node.path("length").isNumber() && node.path("length").doubleValue() == 0) {
            throw Failure.data("%s cuts text into pieces of length 0; the length must be at least 1", where);
        }
    }

    private static void postProcessor(JsonNode node, String where) {
        JsonNode single = node.path("single");
        if (!single.isArray()) {
            return;
        }
        List<String> sequences = single.valueStream()
                .filter(piece -> piece.has("Sequence"))
                .map(piece -> piece.path("Sequence").path("id").asString(""))
                .toList();
        if (!sequences.equals(List.of("A"))) {
            throw Failure.data(
                    "%s: its 'single' must have the sequence A once and no other, because there is one text; it has %s",
                    where, sequences);
        }
    }

    private static void decoder(JsonNode node, String where) {
        // The library searches for a character from the end even if no character is left.
        if (node.path("stop").isNumber() && node.path("stop").doubleValue() != 0) {
            throw Failure.data(
                    "%s strips %s characters from the end, which crashes Hugging Face's library on a short text; 'stop' must be 0",
                    where, node.path("stop"));
        }
    }

    /** The library removes the prefix from the second token of every merge without checking that it is there. */
    private static void merges(JsonNode model, String place) {
        int prefix = model.path("continuing_subword_prefix").asString("").getBytes(StandardCharsets.UTF_8).length;
        if (prefix == 0) {
            return;
        }
        for (JsonNode merge : model.path("merges")) {
            String half = merge.isString()
                    ? merge.stringValue().substring(merge.stringValue().indexOf(' ') + 1)
                    : merge.path(1).asString("");
            byte[] bytes = half.getBytes(StandardCharsets.UTF_8);
            if (bytes.length < prefix || (bytes.length > prefix && (bytes[prefix] & 0xC0) == 0x80)) {
                throw Failure.data(
                        "%s: model.continuing_subword_prefix is '%s', but the second token of the merge %s does not begin with it",
                        place, model.path("continuing_subword_prefix").stringValue(), shortened(merge));
            }
        }
    }
}
