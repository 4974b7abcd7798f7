package dev.mojave.data.corpus;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.files.IoFailures;
import dev.mojave.data.format.CsvRows;
import dev.mojave.data.format.DocumentPart;
import dev.mojave.data.format.Fields;
import dev.mojave.data.format.JsonDocuments;
import dev.mojave.data.format.RunningText;
import dev.mojave.data.source.ReadOptions;
import dev.mojave.data.source.ReadReport;
import dev.mojave.data.source.SourceBytes;
import dev.mojave.data.source.SourceFile;
import dev.mojave.data.source.TextFormat;
import dev.mojave.data.source.TextSource;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A corpus of files: a text file is one document; JSON files and tables have one document per object or row. Rows and files without text
 * are left out.
 *
 * <p>Rows with the same text form one group, so duplicates are always in the same split; each text file is a group of its own.
 */
public final class FileCorpus implements Corpus {
    /** A field with more distinct values than this is not a category, and the values would have to be held in memory. */
    static final int MOST_CATEGORIES = 1 << 16;

    private final String name;
    private final List<SourceFile> files;
    private final String checksum;
    private final Fields fields;
    private final List<String> notes;

    /**
     * Creates a corpus.
     *
     * @param notes notes on what was left out when the files were listed, one sentence each
     */
    public FileCorpus(String name, List<SourceFile> files, String checksum, Fields fields, List<String> notes) {
        Check.that(!files.isEmpty(), "a corpus needs at least one file");
        this.name = name;
        this.files = List.copyOf(files);
        this.checksum = checksum;
        this.fields = fields;
        this.notes = List.copyOf(notes);
    }

    /** Returns the checksum of a single file, or for several files the SHA-256 of the list of their checksums and names. */
    public static String checksum(List<SourceFile> files, List<String> checksums) {
        if (files.size() == 1) {
            return checksums.getFirst();
        }
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < files.size(); i++) {
            list.append(checksums.get(i))
                    .append("  ")
                    .append(files.get(i).name())
                    .append('\n');
        }
        return Hashes.sha256(list.toString());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String checksum() {
        return checksum;
    }

    @Override
    public String layout() {
        List<String> formats = files.stream()
                .map(file -> fields.reading().format(file).name())
                .distinct()
                .sorted()
                .toList();
        return formats + " text_field=" + fields.text() + " category_field=" + fields.category() + " "
                + fields.reading().key();
    }

    @Override
    public long bytes() {
        long bytes = 0;
        for (SourceFile file : files) {
            try {
                bytes += Files.size(file.path());
            } catch (IOException e) {
                throw IoFailures.of("read the data", file.path(), e);
            }
        }
        return bytes;
    }

    @Override
    public boolean runningText() {
        return files.stream().allMatch(file -> fields.reading().format(file) == TextFormat.TEXT);
    }

    @Override
    public boolean singleDocument() {
        return runningText() && files.size() == 1;
    }

    @Override
    public List<String> read(Consumer<DocumentPart> consumer) {
        List<String> all = new ArrayList<>(notes);
        all.addAll(explore(consumer).notes());
        return all;
    }

    /** Reads all documents and reports how the files were interpreted. */
    public ReadReport explore(Consumer<DocumentPart> consumer) {
        ReadReport report = new ReadReport();
        Set<String> categories = new HashSet<>();
        for (SourceFile file : files) {
            boolean[] any = {false};
            read(file, report, part -> {
                any[0] = true;
                if (part.first() && categories.add(part.category()) && categories.size() > MOST_CATEGORIES) {
                    throw Failure.usage(
                            "%s: more than %,d different categories; name another column with --category-field, or none with"
                                    + " --no-category",
                            file.shown(), MOST_CATEGORIES);
                }
                consumer.accept(part);
            });
            if (!any[0]) {
                report.fileWithoutText(file.name());
            }
        }
        if (report.withoutText().size() == files.size()) {
            String first = files.getFirst().shown();
            throw files.size() == 1
                    ? Failure.data("%s is empty: it has no text to learn from; leave it out", first)
                    : Failure.data(
                            "all %d files are empty (%s is the first): they have no text to learn from",
                            files.size(), first);
        }
        return report;
    }

    private void read(SourceFile file, ReadReport report, Consumer<DocumentPart> consumer) {
        ReadOptions reading = fields.reading();
        try (TextSource source = TextSource.open(file, reading)) {
            switch (reading.format(file)) {
                case TEXT -> {
                    report.interpreted(file.name(), "plain text, one document per file");
                    RunningText.read(source, file.name(), asking(file, consumer));
                }
                case JSONL -> new JsonDocuments(file, fields, report, consumer).lines(source);
                case JSON -> new JsonDocuments(file, fields, report, consumer).values(source);
                case CSV, TSV -> CsvRows.read(source, file, fields, report, consumer);
            }
            report.byteOrderMarks(source.marks());
        } catch (IOException e) {
            throw SourceBytes.failure(file, e);
        }
    }

    /**
     * Returns a consumer that refuses JSON in a file with another extension or from a pipe: read as text, it would be learned with its
     * brackets and escapes, so the user has to choose.
     */
    private Consumer<DocumentPart> asking(SourceFile file, Consumer<DocumentPart> consumer) {
        if (!fields.reading().strict() || fields.reading().format().isPresent()) {
            return consumer;
        }
        return part -> {
            if (part.first()) {
                JsonDocuments.looksLike(part.text()).ifPresent(format -> {
                    throw Failure.usage(
                            "%s looks like %s, but its name does not end in .%s: import it with --format %s to read"
                                    + " it as such, or with --format text to read it as plain text",
                            file.shown(),
                            format == TextFormat.JSONL ? "JSON Lines" : "JSON",
                            format.key(),
                            format.key());
                });
            }
            consumer.accept(part);
        };
    }
}
