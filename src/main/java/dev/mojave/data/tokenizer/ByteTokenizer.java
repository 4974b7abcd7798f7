package dev.mojave.data.tokenizer;

import dev.mojave.base.Check;
import dev.mojave.base.files.WholeText;
import dev.mojave.base.tree.Json;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * A tokenizer whose ids 0 to 255 are UTF-8 bytes; id 256 is the separator, if there is one.
 *
 * @param separator whether id 256 exists
 */
public record ByteTokenizer(boolean separator) implements Tokenizer {
    static final String KIND = "byte";
    private static final int BYTES = 256;

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public int vocabSize() {
        return BYTES + (separator ? 1 : 0);
    }

    @Override
    public OptionalInt endOfText() {
        return separator ? OptionalInt.of(BYTES) : OptionalInt.empty();
    }

    @Override
    public int[] encode(String text) {
        byte[] bytes = WholeText.of(text).getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            ids[i] = bytes[i] & 0xff;
        }
        return ids;
    }

    @Override
    public EncodedText encodeText(String text) {
        return EncodedText.ofSpellings(encode(text), this::byteLength);
    }

    @Override
    public String decode(int... ids) {
        byte[] bytes = new byte[ids.length];
        int n = 0;
        for (int id : ids) {
            if (byteLength(id) == 1) {
                bytes[n++] = (byte) id;
            }
        }
        return new String(bytes, 0, n, StandardCharsets.UTF_8);
    }

    @Override
    public StreamDecoder streamDecoderAfter(int... before) {
        return new Utf8StreamDecoder(id -> byteLength(id) == 1 ? new byte[] {(byte) id} : new byte[0], before);
    }

    @Override
    public int byteLength(int id) {
        Check.that(id >= 0 && id < vocabSize(), "token id %d is outside the vocabulary of %d", id, vocabSize());
        return id < BYTES ? 1 : 0;
    }

    @Override
    public String toJson() {
        return Json.pretty(new MojaveFormat(KIND, 1, separator, null));
    }
}
