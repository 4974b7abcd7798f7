package dev.mojave.cli.console;

import dev.mojave.base.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads text that is piped into a verb. */
public final class StandardInput {
    private StandardInput() {}

    /**
     * Reads standard input to its end.
     *
     * @throws Failure of kind DATA if it is not UTF-8
     */
    public static String text() throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(System.in.readAllBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Failure.data("standard input is not UTF-8 text").because(e);
        }
    }
}
