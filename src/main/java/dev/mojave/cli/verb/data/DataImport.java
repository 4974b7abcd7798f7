package dev.mojave.cli.verb.data;

import dev.mojave.base.Failure;
import dev.mojave.base.MojaveHome;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.data.catalog.Datasets;
import dev.mojave.data.catalog.ImportOptions;
import dev.mojave.data.corpus.DatasetInfo;
import dev.mojave.data.source.ReadOptions;
import dev.mojave.data.source.TextFormat;
import java.nio.file.Files;
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
            "A folder means all files below it; a pipe or - (standard input) is read once, to its end. The documents are: in plain text, each"
                    + " file; in JSON Lines (.jsonl, .ndjson), the object on each line; in JSON (.json), each object of a list; in CSV and TSV (.csv,"
                    + " .tsv), each row. Files may be compressed (.gz, .zst)."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave data import README.md --name readme")
final class DataImport implements Verb {
    /** More categories than this are counted instead of listed. */
    private static final int MOST_NAMED = 20;

    private final Supplier<Path> home;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, folders or pipes.")
    private List<Path> paths = List.of();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of the data set; default: the name of the first path.")
    private @Nullable String name;

    @Option(
            names = "--text-field",
            paramLabel = "FIELD",
            description =
                    "Key or column of the text, or its number (from 1) in a table without a header; separate several with"
                            + " commas. In JSON, a path is allowed, too: a.b, a[0].b, messages[].content for every message. Default: text; in a"
                            + " table without a header, all columns but the class.")
    private @Nullable String textField;

    @Option(
            names = "--category-field",
            paramLabel = "FIELD",
            description = "Key or column of a document's category; default: category, label or class, if it exists.")
    private @Nullable String categoryField;

    @Option(names = "--no-category", description = "Give documents no category, even if there is such a key or column.")
    private boolean noCategory;

    @Option(
            names = "--join",
            paramLabel = "TEXT",
            description =
                    "Text to put between the pieces of a document from several fields or messages, with \\n for a line break and"
                            + " \\t for a tab; default: a line break.")
    private String join = "\\n";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "Format of all files: text, jsonl, json, csv or tsv; default: determined by each file's extension.")
    private @Nullable String format;

    @Option(
            names = "--encoding",
            paramLabel = "NAME",
            description = "Encoding of all files, such as UTF-16 or windows-1252; default: UTF-8.")
    private @Nullable String encoding;

    @Option(
            names = "--quote",
            negatable = true,
            fallbackValue = "true",
            description = "Whether cells may be enclosed in quotation marks; default: yes for CSV, no for TSV.")
    private @Nullable Boolean quote;

    @Option(
            names = "--delimiter",
            paramLabel = "CHARACTER",
            description =
                    "Separator of the cells of tables, such as ; or \\t; default: a comma for CSV, a tab for TSV.")
    private @Nullable String delimiter;

    @Option(
            names = "--header",
            negatable = true,
            fallbackValue = "true",
            description =
                    "Whether the first row of a table contains column names; default: yes if one of them is 'text' or an option names a column.")
    private @Nullable Boolean header;

    @Option(
            names = "--follow-links",
            description =
                    "Also follow links that lead out of the given folders; links within them are always followed.")
    private boolean followLinks;

    @Option(names = "--overwrite", description = "Replace an existing data set of this name.")
    private boolean overwrite;

    @Mixin
    private JsonOption json = new JsonOption();

    DataImport() {
        this(MojaveHome::path);
    }

    /** Creates a verb that imports into the given folder instead of MOJAVE_HOME. */
    DataImport(Path home) {
        this(() -> home);
    }

    private DataImport(Supplier<Path> home) {
        this.home = home;
    }

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        List<Path> sources = paths.stream().map(DataImport::standardInput).toList();
        String chosen = name == null ? defaultName(sources.getFirst()) : name;
        DatasetInfo info = new Datasets(home.get()).importPaths(chosen, sources, options(), console);
        info.notes().forEach(console::say);
        if (asJson) {
            console.json(info);
            return ExitCodes.OK;
        }
        console.print("imported '" + info.name() + "': " + DataVerb.size(info));
        info.taken().forEach(taken -> console.print("  " + taken));
        if (!info.categories().isEmpty()) {
            console.print("categories: " + categories(info));
        }
        console.print(
                "use it in a recipe as data.source: " + info.name() + ", or with --set data.source=" + info.name());
        return ExitCodes.OK;
    }

    private ImportOptions options() {
        ReadOptions reading = new ReadOptions(
                Optional.ofNullable(format).map(TextFormat::parse),
                Optional.ofNullable(encoding),
                Optional.ofNullable(quote),
                Optional.ofNullable(delimiter).map(DataImport::separator),
                Optional.ofNullable(header),
                join.replace("\\n", "\n").replace("\\t", "\t"),
                noCategory,
                true);
        if (noCategory && categoryField != null) {
            throw Failure.usage("--no-category and --category-field exclude each other: give one of them");
        }
        return new ImportOptions(
                Optional.ofNullable(textField), Optional.ofNullable(categoryField), reading, followLinks, overwrite);
    }

    private static String separator(String typed) {
        String plain = typed.replace("\\t", "\t");
        if (plain.length() != 1 || (plain.isBlank() && !plain.equals("\t")) || plain.equals("\"")) {
            throw Failure.usage("--delimiter must be one character, such as ; or | or \\t, not '%s'", typed);
        }
        return plain;
    }

    private static String categories(DatasetInfo info) {
        int count = info.categories().size();
        return count <= MOST_NAMED
                ? String.join(", ", info.categories().keySet())
                : count + " categories; './mojave data show " + info.name() + "' lists them";
    }

    private static Path standardInput(Path path) {
        return path.toString().equals("-") ? Path.of("/dev/stdin") : path;
    }

    private static String defaultName(Path path) {
        if (Files.exists(path) && !Files.isDirectory(path) && !Files.isRegularFile(path)) {
            throw Failure.usage("no name can be derived from %s; choose one with --name", path);
        }
        Path last = path.toAbsolutePath().normalize().getFileName();
        String plain = TextFormat.unpacked(String.valueOf(last)).replaceFirst("\\.[A-Za-z0-9]{1,6}$", "");
        String cleaned = plain.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
        if (cleaned.isEmpty()) {
            throw Failure.usage("no name can be derived from %s; choose one with --name", path);
        }
        return cleaned;
    }
}
