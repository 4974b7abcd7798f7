package dev.mojave.cli.verb.tokenizer;

import dev.mojave.base.Plural;
import dev.mojave.base.Units;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.DataSpec;
import dev.mojave.data.corpus.Corpus;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.TokenizerInspector;
import dev.mojave.result.TokenizerReport;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mojave tokenizer inspect}. */
@Command(
        name = "inspect",
        description = {
            "Show how a tokenizer splits a text: fertility (tokens per word), coverage, bytes per token, and the tokens themselves,"
                    + " coloured on a terminal and separated by bars elsewhere.",
            "SOURCE is the name of a data set, a file or a folder; default: the corpus that comes with Mojave."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave tokenizer inspect gpt2 --text \"The sea is calm.\"")
final class TokenizerInspect implements Verb {
    private static final int SHOWN = 600;

    @Mixin
    private TokenizerOption tokenizer = new TokenizerOption();

    @Option(names = "--text", paramLabel = "TEXT", description = "Inspect this text instead of SOURCE.")
    private @Nullable String text;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        Optional<String> source = tokenizer.sourceUnless("--text", text);
        Tokenizer opened = tokenizer.open(console);
        TokenizerInspector inspector = new TokenizerInspector(opened);
        StringBuilder beginning = new StringBuilder();
        if (text == null) {
            read(TokenizerVerb.corpus(source.orElse(DataSpec.EMBEDDED)), inspector, beginning, console);
        } else {
            inspector.add(text);
            beginning.append(text);
        }
        TokenizerReport report = inspector.report();
        if (asJson) {
            console.json(report);
            return ExitCodes.OK;
        }
        console.print(text(report));
        console.print(TokenView.of(opened, beginning.toString(), console.colours()));
        return ExitCodes.OK;
    }

    private static void read(Corpus corpus, TokenizerInspector inspector, StringBuilder beginning, Console console) {
        AtomicLong done = new AtomicLong();
        console.start("encoding " + corpus.name(), corpus.bytes(), "B");
        corpus.read(part -> {
            inspector.add(part.text());
            if (part.last()) {
                inspector.endDocument();
            }
            if (beginning.length() < SHOWN) {
                beginning.append(head(part.text(), SHOWN - beginning.length())).append(part.last() ? "\n" : "");
            }
            long before = done.getAndAdd(part.text().length());
            if (before >> 20 != done.get() >> 20) {
                console.update(done.get(), Units.bytes((double) done.get()));
            }
        });
        console.finish("");
    }

    private static String head(String text, int length) {
        int end = Math.min(length, text.length());
        return text.substring(0, end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    private static String text(TokenizerReport report) {
        return String.format(
                Locale.ROOT,
                """
                tokenizer        %s, %s
                text             %s, %s, %s
                fertility        %.3f tokens per word
                bytes per token  %.3f (%.3f characters)
                coverage         %.4f%% (%,d unknown)
                vocabulary used  %s, %.1f%%
                """,
                report.kind(),
                Plural.of(report.vocabSize(), "entry"),
                Units.bytes((double) report.bytes()),
                Plural.of(report.words(), "word"),
                Plural.of(report.tokens(), "token"),
                report.fertility(),
                report.bytesPerToken(),
                report.charactersPerToken(),
                100 * report.coverage(),
                report.unknownTokens(),
                Plural.of(report.vocabularyUsed(), "entry"),
                100 * report.vocabularyShare());
    }
}
