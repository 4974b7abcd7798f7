package dev.mojave.data.tokenizer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import dev.mojave.base.Check;
import dev.mojave.base.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * GPT-2's byte-level BPE: 50,257 ids, the last of which is {@code <|endoftext|>}. Text that spells a special token is encoded
 * as ordinary text.
 */
public final class Gpt2Tokenizer implements Tokenizer {
    static final String KIND = "gpt2";
    private static final int END_OF_TEXT = 50_256;

    private final Encoding encoding;
    private final byte[][] bytesOf = new byte[END_OF_TEXT + 1][];

    private Gpt2Tokenizer() {
        encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        for (int id = 0; id < END_OF_TEXT; id++) {
            IntArrayList one = new IntArrayList(1);
            one.add(id);
            bytesOf[id] = encoding.decodeBytes(one);
        }
        bytesOf[END_OF_TEXT] = new byte[0];
    }

    /** Loading the vocabulary takes a moment; it is immutable, so one is enough. */
    private static final class Holder {
        static final Gpt2Tokenizer INSTANCE = new Gpt2Tokenizer();
    }

    /** Returns the one instance. */
    public static Gpt2Tokenizer instance() {
        return Holder.INSTANCE;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public int vocabSize() {
        return bytesOf.length;
    }

    @Override
    public OptionalInt endOfText() {
        return OptionalInt.of(END_OF_TEXT);
    }

    @Override
    public int[] encode(String text) {
        return encoding.encodeOrdinary(text).toArray();
    }

    @Override
    public String decode(int... ids) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(ids.length * 4);
        for (int id : ids) {
            out.writeBytes(bytes(id));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public StreamDecoder streamDecoder() {
        return new Utf8StreamDecoder(this::bytes);
    }

    @Override
    public int byteLength(int id) {
        return bytes(id).length;
    }

    @Override
    public String toJson() {
        return Json.pretty(new OwnFormat(KIND, 1, true, null));
    }

    private byte[] bytes(int id) {
        Check.that(id >= 0 && id < bytesOf.length, "token id %d is outside the vocabulary of %d", id, bytesOf.length);
        return bytesOf[id];
    }
}
