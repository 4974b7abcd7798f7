package dev.mojave.cli.verb.tokenizer;

import dev.mojave.base.MojaveHome;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.DataSpec;
import dev.mojave.data.catalog.Datasets;
import dev.mojave.data.corpus.Corpus;
import picocli.CommandLine.Command;

/** {@code mojave tokenizer}: groups the verbs for tokenizers. */
@Command(
        name = "tokenizer",
        description = "Train tokenizers, inspect how they split text, encode and decode.",
        subcommands = {TokenizerTrain.class, TokenizerInspect.class, TokenizerEncode.class, TokenizerDecode.class},
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave tokenizer inspect gpt2 --text \"The sea is calm.\"")
public final class TokenizerVerb {
    /** Returns the text that the argument SOURCE names. */
    static Corpus corpus(String source) {
        return new Datasets(MojaveHome.path()).corpus(DataSpec.of(source));
    }
}
