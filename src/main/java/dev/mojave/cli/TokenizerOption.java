package dev.mojave.cli;

import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import picocli.CommandLine.Option;

/** {@code --tokenizer}, for verbs that need one. */
final class TokenizerOption {
    private static final String FLAG = "--tokenizer";

    @Option(names = FLAG, paramLabel = "TOKENIZER", required = true, description = TokenizerVerb.TOKENIZER)
    private String tokenizer = "";

    /** Opens it. */
    Tokenizer open() {
        return Tokenizers.open(FLAG, tokenizer);
    }
}
