package dev.mojave.cli.verb.tokenizer;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.StandardInput;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mojave tokenizer encode}. */
@Command(
        name = "encode",
        description = {
            "Encode text and print the ids, one document per line.",
            "SOURCE is a file, a folder or the name of a data set; by default, standard input is read as one document.",
            "A plain text file is one document; in JSONL and CSV files, each row is one."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave tokenizer encode gpt2 --text \"The sea is calm.\"")
final class TokenizerEncode implements Verb {
    @Mixin
    private TokenizerOption tokenizer = new TokenizerOption();

    @Option(names = "--text", paramLabel = "TEXT", description = "Encode this text instead of SOURCE.")
    private @Nullable String text;

    @Option(names = "--by-line", description = "Treat each line as a document, without its line break.")
    private boolean byLine;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) throws Exception {
        Optional<String> source = tokenizer.sourceUnless("--text", text);
        boolean asJson = json.chosen(console);
        Tokenizer opened = tokenizer.open(console);
        List<int[]> documents = new ArrayList<>();
        Consumer<int[]> take = asJson ? documents::add : ids -> console.print(line(ids));
        if (text != null) {
            encode(opened, text, take);
        } else if (source.isEmpty()) {
            encode(opened, StandardInput.text(), take);
        } else {
            encode(opened, source.get(), byLine, take);
        }
        if (asJson) {
            console.json(documents);
        }
        return ExitCodes.OK;
    }

    private void encode(Tokenizer opened, String document, Consumer<int[]> take) {
        if (byLine) {
            document.lines().forEach(line -> take.accept(opened.encode(line)));
        } else {
            take.accept(opened.encode(document));
        }
    }

    /** Encodes the documents of a source. A document arrives in parts, which are joined, because a line may span two parts. */
    private void encode(Tokenizer opened, String from, boolean lines, Consumer<int[]> take) {
        StringBuilder document = new StringBuilder();
        List<int[]> parts = new ArrayList<>();
        TokenizerVerb.corpus(from).read(part -> {
            if (lines) {
                document.append(part.text());
            } else {
                parts.add(opened.encode(part.text()));
            }
            if (part.last()) {
                if (lines) {
                    encode(opened, document.toString(), take);
                    document.setLength(0);
                } else {
                    take.accept(parts.stream().flatMapToInt(Arrays::stream).toArray());
                    parts.clear();
                }
            }
        });
    }

    private static String line(int... ids) {
        return IntStream.of(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }
}
