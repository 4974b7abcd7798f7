package dev.mojave.data.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

/** Stream decoder for tokenizers whose ids are sequences of bytes. */
final class Utf8StreamDecoder implements StreamDecoder {
    private static final String REPLACEMENT = "\uFFFD";

    private final IntFunction<byte[]> bytesOf;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] held = new byte[0];
    /** U+FFFD if the text before ends inside a character, which has been shown as such; otherwise empty. */
    private String shown = "";

    Utf8StreamDecoder(IntFunction<byte[]> bytesOf, int... before) {
        this.bytesOf = bytesOf;
        for (int id : before) {
            decode(bytesOf.apply(id), false);
        }
        shown = held.length == 0 ? "" : REPLACEMENT;
    }

    @Override
    public String add(int id) {
        return unshown(decode(bytesOf.apply(id), false));
    }

    @Override
    public String finish() {
        String rest = unshown(decode(new byte[0], true));
        decoder.reset();
        return rest;
    }

    private String unshown(String text) {
        if (text.isEmpty()) {
            return text;
        }
        String rest = DecodingContext.changedTail(shown, text);
        shown = "";
        return rest;
    }

    private String decode(byte[] next, boolean last) {
        ByteBuffer in = ByteBuffer.allocate(held.length + next.length)
                .put(held)
                .put(next)
                .flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 2);
        decoder.decode(in, out, last);
        if (last) {
            decoder.flush(out);
        }
        held = new byte[in.remaining()];
        in.get(held);
        return out.flip().toString();
    }
}
