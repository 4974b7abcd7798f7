package dev.mojave.cli.verb.tokenizer;

import dev.mojave.base.Failure;
import dev.mojave.base.files.IoFailures;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.StandardInput;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mojave tokenizer decode}. */
@Command(
        name = "decode",
        description = {
            "Decode ids and print the text: each line of ids is a document, printed as its text and a line break.",
            "SOURCE is a file of ids as printed by 'tokenizer encode'; by default, standard input is read."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave tokenizer decode gpt2 --ids \"464 5417 318 9480 13\"")
final class TokenizerDecode implements Verb {
    @Mixin
    private TokenizerOption tokenizer = new TokenizerOption();

    @Option(names = "--ids", paramLabel = "IDS", description = "Decode these ids instead of SOURCE.")
    private @Nullable String ids;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) throws Exception {
        boolean asJson = json.chosen(console);
        Optional<String> source = tokenizer.sourceUnless("--ids", ids);
        Tokenizer opened = tokenizer.open(console);
        List<String> texts = new ArrayList<>();
        int number = 0;
        for (String line : lines(source)) {
            number++;
            texts.add(opened.decode(ids(opened, line, number)));
        }
        if (asJson) {
            console.json(texts);
        } else {
            texts.forEach(console::print);
        }
        return ExitCodes.OK;
    }

    private List<String> lines(Optional<String> source) throws IOException {
        if (ids != null) {
            return List.of(ids);
        }
        if (source.isEmpty()) {
            return StandardInput.text().lines().toList();
        }
        Path file = Path.of(source.get());
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw IoFailures.of("read the ids", file, e);
        }
    }

    private static int[] ids(Tokenizer tokenizer, String line, int number) {
        return Stream.of(line.strip().split("[\\s,\\[\\]]+"))
                .filter(word -> !word.isEmpty())
                .mapToInt(word -> id(tokenizer, word, number))
                .toArray();
    }

    private static int id(Tokenizer tokenizer, String word, int number) {
        int size = tokenizer.vocabSize();
        if (!word.matches("\\d{1,9}") || Integer.parseInt(word) >= size) {
            throw Failure.data(
                    "line %d: '%s' is not an id of this tokenizer; its ids are 0 to %d", number, word, size - 1);
        }
        return Integer.parseInt(word);
    }
}
