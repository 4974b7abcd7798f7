package dev.mojave.cli.verb.tokenizer;

import dev.mojave.base.MojaveHome;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.DataSpec;
import dev.mojave.data.catalog.Datasets;
import dev.mojave.data.corpus.Corpus;
import picocli.CommandLine.Command;

/** {@code mojave tokenizer}: holds the verbs about tokenizers. */
@Command(
        name = "tokenizer",
        description = "Train a tokenizer, see how one treats a text, turn text into ids and back.",
        subcommands = {TokenizerTrain.class, TokenizerInspect.class, TokenizerEncode.class, TokenizerDecode.class},
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave tokenizer inspect gpt2 --text \"The sea is calm.\"")
public final class TokenizerVerb {
    /** Finds the text that the parameter SOURCE names. */
    static Corpus corpus(String source) {
        return new Datasets(MojaveHome.path()).corpus(DataSpec.of(source));
    }
}
