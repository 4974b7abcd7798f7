package dev.mojave.base.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads small text files in UTF-8, with or without a byte-order mark. The error message names another encoding if it can be recognised. */
public final class TextFile {
    private TextFile() {}

    /** States what is wrong with the bytes of a file; the message is meant to follow the file's name. */
    public static final class NotUtf8 extends IOException {
        private static final long serialVersionUID = 1L;

        NotUtf8(String message) {
            super(message);
        }
    }

    /**
     * Returns a file's text without its byte-order mark.
     *
     * @throws NotUtf8 if the file is not UTF-8; the message names its actual encoding if it can be recognised
     */
    public static String read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (startsWith(bytes, 0xFF, 0xFE) || startsWith(bytes, 0xFE, 0xFF)) {
            throw new NotUtf8("begins with a UTF-16 byte-order mark; save it as UTF-8");
        }
        if (bytes.length > 1 && (bytes[0] == 0) != (bytes[1] == 0)) {
            throw new NotUtf8("contains zero bytes, like UTF-16 text; save it as UTF-8");
        }
        int start = startsWith(bytes, 0xEF, 0xBB, 0xBF) ? 3 : 0;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, bytes.length - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new NotUtf8("is not UTF-8 text");
        }
    }

    private static boolean startsWith(byte[] bytes, int... first) {
        if (bytes.length < first.length) {
            return false;
        }
        for (int i = 0; i < first.length; i++) {
            if ((bytes[i] & 0xff) != first[i]) {
                return false;
            }
        }
        return true;
    }
}
