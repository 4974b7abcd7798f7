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
            "A folder means all files below it; a pipe or - (standard input) is read once, to its end. Plain text: a file is a document."
                    + " JSON Lines (.jsonl, .ndjson): an object per line. JSON (.json): a list of objects. CSV and TSV (.csv, .tsv): a row is a"
                    + " document. Files may be compressed (.gz, .zst)."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave data import README.md --name readme")
final class DataImport implements Verb {
    /** More categories than this are counted and not named. */
    private static final int MOST_NAMED = 20;

    private final Supplier<Path> home;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, folders, pipes.")
    private List<Path> paths = List.of();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of the data set; default: that of the first path.")
    private @Nullable String name;

    @Option(
            names = "--text-field",
            paramLabel = "FIELD",
            description =
                    "Key or column of the text, or its number (from 1) in a table without header; several joined by"
                            + " commas. In JSON also a path: a.b, a[0].b, messages[].content for every message. Default: text; in a table"
                            + " without header, all but the class.")
    private @Nullable String textField;

    @Option(
            names = "--category-field",
            paramLabel = "FIELD",
            description = "Key or column of a document's category. Default: category, label or class, if there.")
    private @Nullable String categoryField;

    @Option(names = "--no-category", description = "Documents get no category, even if there is such a key or column.")
    private boolean noCategory;

    @Option(
            names = "--join",
            paramLabel = "TEXT",
            description =
                    "What stands between the pieces of a text from several fields or messages, with \\n for a line end and"
                            + " \\t for a tab; default: a line end.")
    private String join = "\\n";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "text, jsonl, json, csv or tsv for all files; default: each file's ending decides.")
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
            description = "Whether cells may stand in quotation marks; default: in CSV yes, in TSV no.")
    private @Nullable Boolean quote;

    @Option(
            names = "--delimiter",
            paramLabel = "CHARACTER",
            description =
                    "What separates the cells of tables, such as ; or \\t; default: in CSV a comma, in TSV a tab.")
    private @Nullable String delimiter;

    @Option(
            names = "--header",
            negatable = true,
            fallbackValue = "true",
            description =
                    "Whether the first row of a table holds names; default: yes if one is text or columns are named.")
    private @Nullable Boolean header;

    @Option(
            names = "--follow-links",
            description =
                    "Follow links to folders outside the folders that are named; those inside are followed anyway.")
    private boolean followLinks;

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
            throw Failure.usage("--no-category and --category-field contradict each other: give one of them");
        }
        return new ImportOptions(
                Optional.ofNullable(textField), Optional.ofNullable(categoryField), reading, followLinks, overwrite);
    }

    private static String separator(String typed) {
        String plain = typed.replace("\\t", "\t");
        if (plain.length() != 1 || (plain.isBlank() && !plain.equals("\t")) || plain.equals("\"")) {
            throw Failure.usage("--delimiter: one character separates cells, such as ; or | or \\t, not '%s'", typed);
        }
        return plain;
    }

    private static String categories(DatasetInfo info) {
        int count = info.categories().size();
        return count <= MOST_NAMED
                ? String.join(", ", info.categories().keySet())
                : count + " of them; './mojave data show " + info.name() + "' lists them";
    }

    private static Path standardInput(Path path) {
        return path.toString().equals("-") ? Path.of("/dev/stdin") : path;
    }

    private static String defaultName(Path path) {
        if (Files.exists(path) && !Files.isDirectory(path) && !Files.isRegularFile(path)) {
            throw Failure.usage("%s has no name of its own to give to a data set; choose one with --name", path);
        }
        Path last = path.toAbsolutePath().normalize().getFileName();
        String plain = TextFormat.unpacked(String.valueOf(last)).replaceFirst("\\.[A-Za-z0-9]{1,6}$", "");
        String cleaned = plain.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
        if (cleaned.isEmpty()) {
            throw Failure.usage("%s gives no name; choose one with --name", path);
        }
        return cleaned;
    }
}
