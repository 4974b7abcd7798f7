package dev.mojave.cli.verb.tokenizer;

import dev.mojave.base.Failure;
import dev.mojave.cli.console.Console;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The tokenizer of a verb and the text that it reads: {@code TOKENIZER SOURCE} or {@code --tokenizer TOKENIZER SOURCE}, where SOURCE is
 * optional. All verbs that need a tokenizer accept it this way.
 */
final class TokenizerOption {
    private static final String FLAG = "--tokenizer";
    private static final String WORD = "TOKENIZER";

    @Option(
            names = FLAG,
            paramLabel = WORD,
            description = "Name the tokenizer with this option; SOURCE is then the first argument.")
    private @Nullable String named;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = WORD,
            description = "byte, gpt2, a tokenizer.json, or a folder with one, such as that of a run.")
    private @Nullable String first;

    @Parameters(index = "1", arity = "0..1", paramLabel = "SOURCE", description = "Input; see above.")
    private @Nullable String second;

    /**
     * Opens the tokenizer.
     *
     * @throws Failure of kind USAGE if no tokenizer is named or it does not exist, and of kind DATA if the file is not a tokenizer
     */
    Tokenizer open(Console console) {
        Tokenizer opened = named == null ? open() : Tokenizers.open(FLAG, named);
        Tokenizers.libraryDifference(opened)
                .ifPresent(difference -> console.warn(difference + "; here it is the file's"));
        return opened;
    }

    private Tokenizer open() {
        if (first == null) {
            throw Failure.usage(
                    "no tokenizer is given; name it as the first argument (byte, gpt2, a tokenizer.json, or a folder with one) or with %s",
                    FLAG);
        }
        return Tokenizers.open(WORD, first);
    }

    /** Returns SOURCE, if it is given. */
    Optional<String> source() {
        if (named != null && first != null && second != null) {
            throw Failure.usage(
                    "%s names the tokenizer and '%s' is SOURCE, so '%s' is one argument too many", FLAG, first, second);
        }
        return Optional.ofNullable(named == null ? second : first);
    }

    /**
     * Returns SOURCE, if it is given, and checks that the text is not also given by an option.
     *
     * @param flag the name of the option
     * @param text the value of the option
     * @throws Failure of kind USAGE if both are given
     */
    Optional<String> sourceUnless(String flag, @Nullable String text) {
        Optional<String> source = source();
        if (text != null && source.isPresent()) {
            throw Failure.usage("%s and SOURCE ('%s') exclude each other: give one of them", flag, source.get());
        }
        return source;
    }
}
