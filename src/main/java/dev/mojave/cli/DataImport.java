package dev.mojave.cli;

import dev.mojave.base.Failure;
import dev.mojave.base.MojaveHome;
import dev.mojave.data.DatasetInfo;
import dev.mojave.data.Datasets;
import dev.mojave.data.ImportOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mojave data import}. */
@Command(
        name = "import",
        description = {
            "Copy text into MOJAVE_HOME under a name that recipes can use as data.source.",
            "A folder means all files below it. Plain text: a file is a document. JSONL (.jsonl, .ndjson): an object a line."
                    + " CSV (.csv, .tsv): a row a document. All must be UTF-8."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave data import README.md --name readme")
final class DataImport implements Verb {
    private final Supplier<Path> home;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files and folders.")
    private List<Path> paths = List.of();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of the data set; default: that of the first path.")
    private @Nullable String name;

    @Option(
            names = "--text-field",
            paramLabel = "FIELD",
            description = "Key or column of the text, or its number (from 1) in a CSV without header; several joined by"
                    + " commas. Default: text; in a CSV without header, all but the class.")
    private @Nullable String textField;

    @Option(
            names = "--category-field",
            paramLabel = "FIELD",
            description = "Key or column of a document's category. Default: category, label or class, if there.")
    private @Nullable String categoryField;

    @Option(names = "--overwrite", description = "Replace a data set of the same name.")
    private boolean overwrite;

    @Mixin
    private JsonOption json = new JsonOption();

    DataImport() {
        this(MojaveHome::path);
    }

    /** Imports into a folder instead of MOJAVE_HOME. */
    DataImport(Path home) {
        this(() -> home);
    }

    private DataImport(Supplier<Path> home) {
        this.home = home;
    }

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        ImportOptions options =
                new ImportOptions(Optional.ofNullable(textField), Optional.ofNullable(categoryField), overwrite);
        String chosen = name == null ? defaultName(paths.getFirst()) : name;
        DatasetInfo info = new Datasets(home.get()).importPaths(chosen, paths, options, console);
        if (asJson) {
            console.json(info);
            return ExitCodes.OK;
        }
        console.print("imported '" + info.name() + "': " + DataVerb.size(info));
        if (!info.categories().isEmpty()) {
            console.print("categories: " + String.join(", ", info.categories().keySet()));
        }
        console.print(
                "use it in a recipe as data.source: " + info.name() + ", or with --set data.source=" + info.name());
        return ExitCodes.OK;
    }

    private static String defaultName(Path path) {
        Path last = path.toAbsolutePath().normalize().getFileName();
        String plain = String.valueOf(last).replaceFirst("\\.[A-Za-z0-9]{1,6}$", "");
        String cleaned = plain.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
        if (cleaned.isEmpty()) {
            throw Failure.usage("%s gives no name; choose one with --name", path);
        }
        return cleaned;
    }
}
