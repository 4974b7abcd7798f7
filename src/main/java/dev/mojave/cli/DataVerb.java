package dev.mojave.cli;

import dev.mojave.base.Units;
import dev.mojave.data.DatasetInfo;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code mojave data}: holds the verbs about data sets. */
@Command(
        name = "data",
        description = "Bring text in, and see what there is: import, list, show.",
        subcommands = {DataImport.class, DataList.class, DataShow.class},
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave data list")
final class DataVerb {
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
