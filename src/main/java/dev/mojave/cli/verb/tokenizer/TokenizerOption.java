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
 * The tokenizer of a verb, and what it is to read: {@code TOKENIZER SOURCE}, or {@code --tokenizer TOKENIZER SOURCE}, where SOURCE may be left
 * out. All verbs that need a tokenizer of their own take it this way.
 */
final class TokenizerOption {
    private static final String FLAG = "--tokenizer";
    private static final String WORD = "TOKENIZER";

    @Option(names = FLAG, paramLabel = WORD, description = "Names the tokenizer by an option; SOURCE then comes first.")
    private @Nullable String named;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = WORD,
            description = "byte, gpt2, a tokenizer.json, or a folder that has one, such as a run's.")
    private @Nullable String first;

    @Parameters(index = "1", arity = "0..1", paramLabel = "SOURCE", description = "What is read; see above.")
    private @Nullable String second;

    /**
     * Opens the tokenizer.
     *
     * @throws Failure of kind USAGE if none is named, or there is none of that name; DATA if it is none
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
                    "which tokenizer? Name it first (byte, gpt2, a tokenizer.json, or a folder that has one), or with %s",
                    FLAG);
        }
        return Tokenizers.open(WORD, first);
    }

    /** Returns what the tokenizer is to read, if that is given. */
    Optional<String> source() {
        if (named != null && first != null && second != null) {
            throw Failure.usage(
                    "%s names the tokenizer, so SOURCE is '%s', and '%s' is one word too many", FLAG, first, second);
        }
        return Optional.ofNullable(named == null ? second : first);
    }

    /**
     * Returns what is to be read, unless a text is given by an option.
     *
     * @param flag the option
     * @throws Failure of kind USAGE if both are given
     */
    Optional<String> sourceBeside(String flag, @Nullable String text) {
        Optional<String> source = source();
        if (text != null && source.isPresent()) {
            throw Failure.usage("%s and SOURCE ('%s') are two texts: give one of them", flag, source.get());
        }
        return source;
    }
}
