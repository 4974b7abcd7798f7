package dev.mojave.data;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.Hashes;
import dev.mojave.base.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Files as a corpus: a text file is one document, JSONL and CSV have one a row. Rows without text are left out.
 *
 * <p>Rows with the same text are one group, so a duplicate never stands on both sides of a split; of text files, each is its
 * own group.
 */
final class FileCorpus implements Corpus {
    private final String name;
    private final List<SourceFile> files;
    private final String checksum;
    private final Fields fields;

    /**
     * Which columns or keys are read.
     *
     * @param text as in {@code data.text_field}; empty for the usual
     * @param category as in {@code data.category_field}; empty for the usual
     */
    record Fields(String text, String category) {
        static Fields of(Optional<String> text, Optional<String> category) {
            return new Fields(text.orElse(""), category.orElse(""));
        }
    }

    FileCorpus(String name, List<SourceFile> files, String checksum, Fields fields) {
        Check.that(!files.isEmpty(), "a corpus needs a file");
        this.name = name;
        this.files = List.copyOf(files);
        this.checksum = checksum;
        this.fields = fields;
    }

    /** Returns a single file's own checksum, or that of the list of names and checksums. */
    static String checksum(List<SourceFile> files, List<String> checksums) {
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
        return files.stream()
                        .map(file -> file.format().name())
                        .distinct()
                        .sorted()
                        .toList() + " text_field=" + fields.text() + " category_field=" + fields.category();
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
        return files.stream().allMatch(file -> file.format() == SourceFile.Format.TEXT);
    }

    @Override
    public boolean singleDocument() {
        return runningText() && files.size() == 1;
    }

    @Override
    public void read(Consumer<DocumentPart> consumer) {
        for (SourceFile file : files) {
            boolean[] any = {false};
            Consumer<DocumentPart> watched = part -> {
                any[0] = true;
                consumer.accept(part);
            };
            try (TextSource source = TextSource.open(file.path())) {
                switch (file.format()) {
                    case TEXT -> RunningText.read(source, file.name(), watched);
                    case JSONL -> JsonLines.read(source, file.path(), fields, watched);
                    case CSV -> CsvRows.read(source, file, fields, watched);
                }
            } catch (IOException e) {
                throw IoFailures.of("read the data", file.path(), e);
            }
            if (!any[0]) {
                throw Failure.data("%s is empty: it has no text to learn from; leave it out", file.path());
            }
        }
    }
}
