package dev.mojave.cli.verb.data;

import dev.mojave.base.MojaveHome;
import dev.mojave.base.Units;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.catalog.DatasetDetails;
import dev.mojave.data.catalog.Datasets;
import dev.mojave.data.corpus.DatasetInfo;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mojave data show}. */
@Command(
        name = "show",
        description = "Show one data set: size, categories, first lines, and the token stores built from it.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave data show embedded")
final class DataShow implements Verb {
    private final Supplier<Path> home;

    @Parameters(paramLabel = "NAME", description = "As './mojave data list' gives it.")
    private String name = "";

    @Mixin
    private JsonOption json = new JsonOption();

    DataShow() {
        this(MojaveHome::path);
    }

    /** Looks into a folder instead of MOJAVE_HOME. */
    DataShow(Path home) {
        this(() -> home);
    }

    private DataShow(Supplier<Path> home) {
        this.home = home;
    }

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        DatasetDetails details = new Datasets(home.get()).show(name);
        if (asJson) {
            console.json(details);
            return ExitCodes.OK;
        }
        DatasetInfo info = details.info();
        console.print(info.name() + ": " + DataVerb.size(info)
                + String.format(Locale.ROOT, ", %,d characters", info.characters()));
        info.categories()
                .forEach((category, count) -> console.print(String.format(
                        Locale.ROOT, "  category %s: %,d %s", category, count, count == 1 ? "document" : "documents")));
        console.print("sha256 " + info.sha256());
        if (!info.importedAt().isEmpty()) {
            console.print("imported " + info.importedAt() + " from " + String.join(", ", info.importedFrom()));
        }
        info.taken().forEach(taken -> console.print("read as: " + taken));
        info.notes().forEach(note -> console.print("note: " + note));
        console.print("it begins:");
        details.beginning().forEach(line -> console.print("  " + line));
        details.stores().forEach(store -> console.print(store(store)));
        return ExitCodes.OK;
    }

    private static String store(DatasetDetails.Store store) {
        return String.format(
                Locale.ROOT,
                "token store (%s, vocabulary %d): %s train, %s validation, %s test tokens; unigram entropy %.3f nats%n  %s",
                store.tokenizer(),
                store.vocabSize(),
                Units.count((double) store.trainTokens()),
                Units.count((double) store.validationTokens()),
                Units.count((double) store.testTokens()),
                store.unigramEntropy(),
                store.folder());
    }
}
