package dev.mojave.data.tokenizer;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.files.WholeText;
import dev.mojave.base.tree.Json;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A tokenizer with one id per Unicode code point of the corpus, in ascending order, and one more for the separator, if there is one. The
 * characters of the held-out splits are included, as in nanoGPT's character data (65 for tiny Shakespeare).
 */
public final class CharTokenizer implements Tokenizer {
    static final String KIND = "char";
    /** Code points below this are looked up in an array. */
    private static final int DIRECT = 0x3000;

    private final int[] codePoints;
    private final boolean separator;
    private final int[] direct = new int[DIRECT];
    private final Map<Integer, Integer> others = new HashMap<>();

    private CharTokenizer(int[] codePoints, boolean separator) {
        Check.that(codePoints.length > 0, "a character vocabulary needs at least one character");
        this.codePoints = codePoints;
        this.separator = separator;
        Arrays.fill(direct, -1);
        for (int id = 0; id < codePoints.length; id++) {
            int codePoint = codePoints[id];
            Check.that(
                    id == 0 || codePoints[id - 1] < codePoint,
                    "the characters of a vocabulary must be in ascending order, but id %d (%s) is not",
                    id,
                    name(codePoint));
            if (codePoint < DIRECT) {
                direct[codePoint] = id;
            } else {
                others.put(codePoint, id);
            }
        }
    }

    /** Creates a tokenizer for a set of code points. */
    public static CharTokenizer of(BitSet codePoints, boolean separator) {
        return new CharTokenizer(codePoints.stream().toArray(), separator);
    }

    /** Creates a tokenizer for the characters of a text. */
    public static CharTokenizer of(String text, boolean separator) {
        return new CharTokenizer(text.codePoints().distinct().sorted().toArray(), separator);
    }

    /** Creates a tokenizer from its characters, which must be in ascending order. */
    static CharTokenizer fromCharacters(String characters, boolean separator) {
        return new CharTokenizer(characters.codePoints().toArray(), separator);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public int vocabSize() {
        return codePoints.length + (separator ? 1 : 0);
    }

    @Override
    public OptionalInt endOfText() {
        return separator ? OptionalInt.of(codePoints.length) : OptionalInt.empty();
    }

    @Override
    public int[] encode(String given) {
        String text = WholeText.of(given);
        int[] ids = new int[text.length()];
        int n = 0;
        for (int i = 0; i < text.length(); n++) {
            int codePoint = text.codePointAt(i);
            ids[n] = id(codePoint);
            if (ids[n] < 0) {
                throw Failure.data(
                        "character %s at position %d is not among the %d characters of the vocabulary; leave it out,"
                                + " or train with data.tokenizer: byte, which can encode any text",
                        name(codePoint), n, codePoints.length);
            }
            i += Character.charCount(codePoint);
        }
        return n == ids.length ? ids : Arrays.copyOf(ids, n);
    }

    @Override
    public EncodedText encodeText(String text) {
        return EncodedText.ofSpellings(encode(text), this::byteLength);
    }

    /** Returns whether a character is in the vocabulary. */
    boolean contains(int codePoint) {
        return id(codePoint) >= 0;
    }

    /** Returns the characters in the order of their ids. */
    int[] characters() {
        return codePoints.clone();
    }

    private int id(int codePoint) {
        return codePoint < DIRECT ? direct[codePoint] : others.getOrDefault(codePoint, -1);
    }

    @Override
    public String decode(int... ids) {
        StringBuilder text = new StringBuilder(ids.length);
        for (int id : ids) {
            text.append(text(id));
        }
        return text.toString();
    }

    @Override
    public StreamDecoder streamDecoderAfter(int... before) {
        for (int id : before) {
            checkId(id);
        }
        return new StreamDecoder() {
            @Override
            public String add(int id) {
                return text(id);
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }

    @Override
    public int byteLength(int id) {
        checkId(id);
        if (id == codePoints.length) {
            return 0;
        }
        return EncodedText.byteLength(codePoints[id]);
    }

    @Override
    public String toJson() {
        return Json.pretty(new MojaveFormat(KIND, 1, separator, new String(codePoints, 0, codePoints.length)));
    }

    private String text(int id) {
        checkId(id);
        return id == codePoints.length ? "" : Character.toString(codePoints[id]);
    }

    private void checkId(int id) {
        Check.that(id >= 0 && id < vocabSize(), "token id %d is outside the vocabulary of %d", id, vocabSize());
    }

    private static String name(int codePoint) {
        String shown = Character.isISOControl(codePoint) ? "" : "'" + Character.toString(codePoint) + "' ";
        return String.format(Locale.ROOT, "%s(U+%04X)", shown, codePoint);
    }
}
