package dev.mojave.cli.verb.tokenizer;

import dev.mojave.base.Failure;
import dev.mojave.base.Plural;
import dev.mojave.base.Units;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.IoFailures;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.corpus.Corpus;
import dev.mojave.data.tokenizer.bpe.BytePairTrainer;
import dev.mojave.result.TokenizerTraining;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mojave tokenizer train}. */
@Command(
        name = "train",
        description = {
            "Train a byte-level BPE tokenizer and write it as a Hugging Face tokenizer.json, which recipes accept, too.",
            "The result depends only on the text, and equals that of Hugging Face's trainer with GPT-2's pre-tokenizer."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave tokenizer train embedded --vocab-size 4096 --output tokenizer.json --overwrite")
final class TokenizerTrain implements Verb {
    @Parameters(paramLabel = "SOURCE", description = "embedded, the name of a data set, a file or a folder.")
    private String source = "";

    @Option(
            names = "--vocab-size",
            paramLabel = "N",
            description = "Number of entries: <|endoftext|>, 256 bytes, and merges; default: ${DEFAULT-VALUE}.")
    private int vocabSize = 16_384;

    @Option(
            names = "--min-frequency",
            paramLabel = "N",
            description = "Occurrences that a pair needs in order to be merged; default: ${DEFAULT-VALUE}.")
    private int minFrequency = 2;

    @Option(
            names = "--by-line",
            description = "Do not merge across line breaks, like Hugging Face's trainer when it reads files.")
    private boolean byLine;

    @Option(names = "--output", paramLabel = "FILE", description = "File to write; default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("tokenizer.json");

    @Option(names = "--overwrite", description = "Replace the file if it exists.")
    private boolean overwrite;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) throws IOException {
        boolean asJson = json.chosen(console);
        BytePairTrainer.Spec spec = spec();
        Path target = Files.isDirectory(output) ? output.resolve("tokenizer.json") : output;
        if (Files.exists(target) && !overwrite) {
            throw Failure.usage("--output: %s exists; choose another or replace it with --overwrite", target);
        }
        TokenizerTraining result = train(spec, target, console);
        if (result.vocabSize() < vocabSize) {
            console.warn(String.format(
                    Locale.ROOT,
                    "only %s instead of %,d: no further pair occurs at least %s",
                    Plural.of(result.vocabSize(), "entry"),
                    vocabSize,
                    Plural.of(minFrequency, "time")));
        }
        if (result.forgotten()) {
            console.warn("the text has more distinct pieces than fit into memory; the rarest were discarded");
        }
        if (asJson) {
            console.json(result);
        } else {
            console.print(String.format(
                    Locale.ROOT,
                    "%s: %s from %s, %s, in %.1f s%nuse it in a recipe as data.tokenizer: %s",
                    target,
                    Plural.of(result.vocabSize(), "entry"),
                    Plural.of(result.documents(), "document"),
                    Units.bytes((double) result.bytes()),
                    result.seconds(),
                    target));
        }
        return ExitCodes.OK;
    }

    private BytePairTrainer.Spec spec() {
        if (vocabSize < 257) {
            throw Failure.usage(
                    "--vocab-size: a byte-level vocabulary has at least 257 entries (256 bytes and <|endoftext|>), not %d",
                    vocabSize);
        }
        if (minFrequency < 1) {
            throw Failure.usage("--min-frequency: must be at least 1, not %d", minFrequency);
        }
        return new BytePairTrainer.Spec(vocabSize, minFrequency);
    }

    private TokenizerTraining train(BytePairTrainer.Spec spec, Path target, Console console) {
        long start = System.nanoTime();
        Corpus corpus = TokenizerVerb.corpus(source);
        BytePairTrainer trainer = new BytePairTrainer(spec);
        AtomicLong documents = new AtomicLong();
        AtomicLong bytes = new AtomicLong();
        console.start("reading " + corpus.name(), corpus.bytes(), "B");
        corpus.read(part -> {
            if (byLine) {
                lines(part.text(), trainer);
            } else {
                trainer.add(part.text());
            }
            documents.addAndGet(part.last() ? 1 : 0);
            long before = bytes.getAndAdd(part.text().getBytes(StandardCharsets.UTF_8).length);
            if (before >> 20 != bytes.get() >> 20) {
                console.update(bytes.get(), Units.bytes((double) bytes.get()));
            }
        });
        console.finish("");
        BytePairTrainer.Trained trained = trainer.finish(console);
        try {
            AtomicFiles.write(target, trained.json());
        } catch (IOException e) {
            throw IoFailures.of("write the tokenizer (--output)", target, e);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new TokenizerTraining(
                target.toString(),
                trained.vocabSize(),
                trained.merges(),
                documents.get(),
                bytes.get(),
                trained.pieces(),
                trainer.forgotten(),
                seconds);
    }

    private static void lines(String text, BytePairTrainer trainer) {
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end + 1;
            trainer.add(text.substring(from, to));
            from = to;
        }
    }
}
