package dev.mojave.cli.verb.data;

import dev.mojave.base.MojaveHome;
import dev.mojave.base.Units;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.catalog.Datasets;
import dev.mojave.data.corpus.DatasetInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mojave data list}. */
@Command(
        name = "list",
        description = "List the data sets: the embedded corpus and the imported ones.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave data list --json")
final class DataList implements Verb {
    private final Supplier<Path> home;

    @Mixin
    private JsonOption json = new JsonOption();

    DataList() {
        this(MojaveHome::path);
    }

    /** Creates a verb that lists the given folder instead of MOJAVE_HOME. */
    DataList(Path home) {
        this(() -> home);
    }

    private DataList(Supplier<Path> home) {
        this.home = home;
    }

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        List<DatasetInfo> all = new Datasets(home.get()).list();
        if (asJson) {
            console.json(all);
            return ExitCodes.OK;
        }
        int width = all.stream().mapToInt(info -> info.name().length()).max().orElse(4);
        String row = "%-" + width + "s  %10s  %8s  %7s  %s";
        console.print(String.format(Locale.ROOT, row, "name", "documents", "text", "words", "categories"));
        for (DatasetInfo info : all) {
            console.print(String.format(
                            Locale.ROOT,
                            row,
                            info.name(),
                            String.format(Locale.ROOT, "%,d", info.documents()),
                            Units.bytes((double) info.bytes()),
                            Units.count((double) info.words()),
                            categories(info))
                    .stripTrailing());
        }
        return ExitCodes.OK;
    }

    private static String categories(DatasetInfo info) {
        return info.categories().size() > 6
                ? info.categories().size() + " categories"
                : String.join(", ", info.categories().keySet());
    }
}
