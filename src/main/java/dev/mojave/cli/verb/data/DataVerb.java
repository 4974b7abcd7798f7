package dev.mojave.cli.verb.data;

import dev.mojave.base.Units;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.corpus.DatasetInfo;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code mojave data}: holds the verbs about data sets. */
@Command(
        name = "data",
        description = "Bring text in, and see what there is: import, list, show.",
        subcommands = {DataImport.class, DataList.class, DataShow.class},
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave data list")
public final class DataVerb {
    /** Says in one line how much text a data set has. */
    static String size(DatasetInfo info) {
        return String.format(
                Locale.ROOT,
                "%,d document%s, %s, %s words",
                info.documents(),
                info.documents() == 1 ? "" : "s",
                Units.bytes((double) info.bytes()),
                Units.count((double) info.words()));
    }
}
