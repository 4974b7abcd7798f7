package dev.mojave.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.data.DataSpec;
import dev.mojave.data.corpus.DatasetInfo;
import dev.mojave.data.format.DocumentPart;
import dev.mojave.data.source.ReadOptions;
import dev.mojave.data.source.TextFormat;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Files that are written and imported, for tests. */
public final class Imports {
    private final Path folder;
    private final Datasets datasets;
    private ReadOptions reading = ReadOptions.DEFAULTS;
    private Optional<String> text = Optional.empty();
    private Optional<String> category = Optional.empty();
    private boolean followLinks;

    public Imports(Path folder) {
        this.folder = folder;
        this.datasets = new Datasets(folder.resolve("home"));
    }

    private Imports(Imports other) {
        this.folder = other.folder;
        this.datasets = other.datasets;
        this.reading = other.reading;
        this.text = other.text;
        this.category = other.category;
        this.followLinks = other.followLinks;
    }

    public Imports text(String field) {
        Imports with = new Imports(this);
        with.text = Optional.of(field);
        return with;
    }

    public Imports category(String field) {
        Imports with = new Imports(this);
        with.category = Optional.of(field);
        return with;
    }

    public Imports followLinks() {
        Imports with = new Imports(this);
        with.followLinks = true;
        return with;
    }

    private Imports reading(ReadOptions other) {
        Imports with = new Imports(this);
        with.reading = other;
        return with;
    }

    public Imports format(TextFormat format) {
        return reading(new ReadOptions(
                Optional.of(format),
                reading.encoding(),
                reading.quote(),
                reading.delimiter(),
                reading.header(),
                reading.join(),
                reading.noCategory(),
                true));
    }

    public Imports encoding(String name) {
        return reading(new ReadOptions(
                reading.format(),
                Optional.of(name),
                reading.quote(),
                reading.delimiter(),
                reading.header(),
                reading.join(),
                reading.noCategory(),
                true));
    }

    public Imports quote(boolean quote) {
        return reading(new ReadOptions(
                reading.format(),
                reading.encoding(),
                Optional.of(quote),
                reading.delimiter(),
                reading.header(),
                reading.join(),
                reading.noCategory(),
                true));
    }

    public Imports delimiter(String delimiter) {
        return reading(new ReadOptions(
                reading.format(),
                reading.encoding(),
                reading.quote(),
                Optional.of(delimiter),
                reading.header(),
                reading.join(),
                reading.noCategory(),
                true));
    }

    public Imports header(boolean header) {
        return reading(new ReadOptions(
                reading.format(),
                reading.encoding(),
                reading.quote(),
                reading.delimiter(),
                Optional.of(header),
                reading.join(),
                reading.noCategory(),
                true));
    }

    public Imports join(String join) {
        return reading(new ReadOptions(
                reading.format(),
                reading.encoding(),
                reading.quote(),
                reading.delimiter(),
                reading.header(),
                join,
                reading.noCategory(),
                true));
    }

    public Imports noCategory() {
        return reading(new ReadOptions(
                reading.format(),
                reading.encoding(),
                reading.quote(),
                reading.delimiter(),
                reading.header(),
                reading.join(),
                true,
                true));
    }

    public Path write(String name, String content) throws IOException {
        return write(name, content, StandardCharsets.UTF_8);
    }

    public Path write(String name, String content, Charset charset) throws IOException {
        return write(name, content.getBytes(charset));
    }

    public Path write(String name, byte... content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    public DatasetInfo add(Path... paths) {
        ImportOptions options = new ImportOptions(text, category, reading, followLinks, true);
        return datasets.importPaths("set", List.of(paths), options, Progress.SILENT);
    }

    /** Imports and reads the documents back from the copy. */
    public List<String> texts(Path... paths) {
        add(paths);
        return documents("set").stream().map(DocumentPart::text).toList();
    }

    public List<DocumentPart> documents(String source) {
        List<DocumentPart> parts = new ArrayList<>();
        datasets.corpus(DataSpec.of(source)).read(parts::add);
        return parts;
    }

    public void refused(Failure.Kind kind, Path path, String... parts) {
        assertThatThrownBy(() -> add(path))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.kind()).isEqualTo(kind))
                .hasMessageContainingAll(parts);
    }

    public Datasets datasets() {
        return datasets;
    }
}
