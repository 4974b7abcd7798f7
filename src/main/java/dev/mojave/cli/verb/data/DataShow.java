package dev.mojave.cli.verb.data;

import dev.mojave.base.MojaveHome;
import dev.mojave.base.Plural;
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

    @Parameters(paramLabel = "NAME", description = "Name of the data set, as listed by './mojave data list'.")
    private String name = "";

    @Mixin
    private JsonOption json = new JsonOption();

    DataShow() {
        this(MojaveHome::path);
    }

    /** Creates a verb that looks into the given folder instead of MOJAVE_HOME. */
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
        console.print(info.name() + ": " + DataVerb.size(info) + ", " + Plural.of(info.characters(), "character"));
        info.categories()
                .forEach((category, count) ->
                        console.print("  category " + category + ": " + Plural.of(count, "document")));
        console.print("sha256 " + info.sha256());
        if (!info.importedAt().isEmpty()) {
            console.print("imported " + info.importedAt() + " from " + String.join(", ", info.importedFrom()));
        }
        info.taken().forEach(taken -> console.print("read as: " + taken));
        info.notes().forEach(note -> console.print("note: " + note));
        console.print("first lines:");
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
