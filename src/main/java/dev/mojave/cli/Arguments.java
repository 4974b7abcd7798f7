package dev.mojave.cli;

import dev.mojave.base.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Rejects command lines that Java could not decode: bytes that are invalid in the system's character set arrive as U+FFFD, so that a prompt
 * would be a different text and a path a different file.
 */
final class Arguments {
    private static final char REPLACED = '\uFFFD';
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private Arguments() {}

    /** Checks the arguments of this process. */
    static void require(String... arguments) {
        if (String.join(" ", arguments).indexOf(REPLACED) >= 0) {
            require(List.of(arguments), System.getProperty("sun.jnu.encoding", "unknown"), commandLine());
        }
    }

    /**
     * Checks the given arguments.
     *
     * @param characterSet the character set that Java decoded them with
     * @param commandLine the process's command line as the system stores it, with a zero byte after each word; empty if it is not known
     * @throws Failure of kind USAGE if an argument contains replacement characters that were not typed
     */
    static void require(List<String> arguments, String characterSet, byte[] commandLine) {
        // U+FFFD is an ordinary character, too, and may have been typed.
        if (typed(arguments, commandLine)) {
            return;
        }
        for (String argument : arguments) {
            if (argument.indexOf(REPLACED) >= 0) {
                throw Failure.usage(
                        "the argument '%s' cannot be decoded: it contains bytes that are invalid in this system's character set (%s); %s",
                        argument,
                        characterSet,
                        characterSet.equalsIgnoreCase("UTF-8")
                                ? "pass it in UTF-8 ('iconv -t UTF-8' converts text, 'convmv' converts file names)"
                                : "set LC_ALL to a UTF-8 locale such as C.UTF-8 ('locale -a' lists the installed ones)");
            }
        }
    }

    private static boolean typed(List<String> arguments, byte[] commandLine) {
        try {
            String line = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(commandLine))
                    .toString();
            return line.endsWith("\0" + String.join("\0", arguments) + "\0");
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static byte[] commandLine() {
        try {
            return Files.isReadable(COMMAND_LINE) ? Files.readAllBytes(COMMAND_LINE) : new byte[0];
        } catch (IOException e) {
            return new byte[0];
        }
    }
}
