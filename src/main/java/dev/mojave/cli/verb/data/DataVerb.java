package dev.mojave.cli.verb.data;

import dev.mojave.base.Plural;
import dev.mojave.base.Units;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.corpus.DatasetInfo;
import picocli.CommandLine.Command;

/** {@code mojave data}: groups the verbs for data sets. */
@Command(
        name = "data",
        description = "Import data sets, list them and show their contents.",
        subcommands = {DataImport.class, DataList.class, DataShow.class},
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave data list")
public final class DataVerb {
    /** Returns one line that states the size of a data set. */
    static String size(DatasetInfo info) {
        return Plural.of(info.documents(), "document")
                + ", " + Units.bytes((double) info.bytes())
                + ", " + Units.count((double) info.words()) + " " + Plural.noun(info.words(), "word");
    }
}
