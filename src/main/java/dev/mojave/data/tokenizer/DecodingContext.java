package dev.mojave.data.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * How the text of a token depends on its neighbours when the ids of a {@code tokenizer.json} are decoded. Decoders add or drop the space
 * between two tokens, drop the space before the first, and join the bytes of a character; tokens without text are skipped.
 */
final class DecodingContext {
    /** Decoders for which the text of a token depends only on the token, its neighbours and whether it is the first or the last. */
    private static final List<String> TOKEN_BY_TOKEN =
            List.of("WordPiece", "BPEDecoder", "Metaspace", "ByteFallback", "Fuse", "Strip", "Replace", "ByteLevel");

    private final boolean local;
    private final BitSet text;
    private final BitSet bytes;

    private DecodingContext(boolean local, BitSet text, BitSet bytes) {
        this.local = local;
        this.text = text;
        this.bytes = bytes;
    }

    /** Reads a file whose vocabulary is known to be valid. */
    static DecodingContext of(JsonNode root) {
        List<JsonNode> decoders = steps(root.path("decoder")).toList();
        boolean fallback = decoders.stream().anyMatch(step -> is(step, "ByteFallback"));
        BitSet text = new BitSet();
        BitSet bytes = new BitSet();
        JsonNode vocabulary = root.path("model").path("vocab");
        if (vocabulary.isArray()) {
            int id = 0;
            for (JsonNode entry : vocabulary) {
                text.set(id);
                bytes.set(id++, fallback && isByte(entry.path(0).asString("")));
            }
        }
        for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
            text.set(entry.getValue().intValue());
            bytes.set(entry.getValue().intValue(), fallback && isByte(entry.getKey()));
        }
        for (JsonNode token : root.path("added_tokens")) {
            int id = token.path("id").intValue();
            text.set(id, !token.path("special").asBoolean(false));
            bytes.set(id, fallback && isByte(token.path("content").asString("")));
        }
        return new DecodingContext(isLocal(decoders), text, bytes);
    }

    private static boolean isByte(String token) {
        return token.matches("<0x[0-9A-Fa-f]{2}>");
    }

    private static Stream<JsonNode> steps(JsonNode decoder) {
        return is(decoder, "Sequence")
                ? decoder.path("decoders").valueStream().flatMap(DecodingContext::steps)
                : Stream.of(decoder).filter(JsonNode::isObject);
    }

    private static boolean is(JsonNode decoder, String type) {
        return decoder.path("type").asString("").equals(type);
    }

    /** Whether the decoders are local. Steps after Fuse work on the whole text, so they must do so character by character. */
    private static boolean isLocal(List<JsonNode> decoders) {
        if (decoders.size() == 1 && is(decoders.getFirst(), "CTC")) {
            return true; // drops a token that repeats the one before
        }
        boolean fused = false;
        List<JsonNode> before = new ArrayList<>();
        for (JsonNode step : decoders) {
            boolean known = fused
                    ? isByCharacter(step)
                    : TOKEN_BY_TOKEN.contains(step.path("type").asString(""));
            boolean spelled = !is(step, "ByteFallback") || before.stream().allMatch(DecodingContext::isByCharacter);
            if (!known || !spelled) {
                return false;
            }
            before.add(step);
            fused |= is(step, "Fuse") || is(step, "ByteLevel");
        }
        return true;
    }

    private static boolean isByCharacter(JsonNode step) {
        String pattern = step.path("pattern").path("String").asString("");
        return is(step, "Fuse")
                || is(step, "Strip")
                || (is(step, "Replace") && pattern.codePointCount(0, pattern.length()) == 1);
    }

    /** Returns whether the text of a token is determined by the tokens around it; otherwise only the whole text can be decoded. */
    boolean isLocal() {
        return local;
    }

    /** Returns whether an id has text; decoding skips special tokens and ids without a token. */
    boolean hasText(int id) {
        return text.get(id);
    }

    /** Returns whether an id is a byte token, which is decoded together with adjacent byte tokens. */
    boolean isByte(int id) {
        return bytes.get(id);
    }

    /** Returns the part of {@code all} from the first character that differs from {@code before}. */
    static String changedTail(String before, String all) {
        int most = Math.min(before.length(), all.length());
        int common = 0;
        while (common < most && before.charAt(common) == all.charAt(common)) {
            common++;
        }
        boolean halved = common > 0
                && common < all.length()
                && Character.isHighSurrogate(all.charAt(common - 1))
                && Character.isLowSurrogate(all.charAt(common));
        return all.substring(halved ? common - 1 : common);
    }
}
