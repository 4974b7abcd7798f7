package dev.mojave.data.store;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.Plural;
import dev.mojave.base.Progress;
import dev.mojave.base.Units;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.tree.Json;
import dev.mojave.data.DataSpec;
import dev.mojave.data.HeldOut;
import dev.mojave.data.corpus.Corpus;
import dev.mojave.data.format.DocumentPart;
import dev.mojave.data.store.StoreManifest.Part;
import dev.mojave.data.store.StoreManifest.StoredFile;
import dev.mojave.data.tokenizer.BytePairTokenizer;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.CharTokenizer;
import dev.mojave.data.tokenizer.EncodedText;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** Builds the token store of a corpus in one or two passes, with only one piece of text in memory at a time. */
public final class StoreBuilder {
    /** Default number of tokens per shard, 2^27: shards of 256 or 512 MiB. */
    public static final long SHARD_TOKENS = 1L << 27;

    private final Corpus corpus;
    private final DataSpec spec;
    private final long shardTokens;
    private final Progress progress;
    private final Map<String, Integer> categories = new LinkedHashMap<>();
    private final Set<String> notesShown = new HashSet<>();
    private long done;
    private long reported;

    StoreBuilder(Corpus corpus, DataSpec spec, long shardTokens, Progress progress) {
        Check.that(shardTokens > 0, "a shard needs at least one token, not %d", shardTokens);
        this.corpus = corpus;
        this.spec = spec;
        this.shardTokens = shardTokens;
        this.progress = progress;
        categories.put("", 0);
    }

    /** The results of the first pass. */
    private static final class Facts {
        final TextCounter counter = new TextCounter();
        final BitSet codePoints = new BitSet();
    }

    /** Builds the store; the manifest is written last. */
    void build(Path folder) throws IOException {
        Facts facts = new Facts();
        boolean characters = spec.tokenizer().equals("char");
        if (characters || SplitRule.needsLength(spec)) {
            read("Reading " + corpus.name(), part -> {
                facts.counter.count(part.text());
                if (characters) {
                    part.text().codePoints().forEach(facts.codePoints::set);
                }
            });
        }
        Tokenizer tokenizer = tokenizer(facts.codePoints);
        StoreManifest manifest =
                write(folder, tokenizer, new SplitRule(spec, corpus.runningText(), facts.counter.characters()));
        AtomicFiles.write(folder.resolve(StoreManifest.FILE), Json.pretty(manifest) + "\n");
    }

    private Tokenizer tokenizer(BitSet codePoints) {
        boolean separator = spec.documentSeparator();
        return switch (spec.tokenizer()) {
            case "char" -> CharTokenizer.of(codePoints, separator);
            case "byte" -> new ByteTokenizer(separator);
            case "gpt2" -> BytePairTokenizer.gpt2();
            default -> {
                Path file = Tokenizers.file(spec.tokenizer());
                Tokenizer read = Tokenizers.read(file, spec.endOfText());
                if (separator && read.endOfText().isEmpty()) {
                    throw Failure.usage(
                            "%s does not specify which of its tokens ends a text, which is needed between documents; %s: name one with"
                                    + " data.end_of_text, or set data.document_separator: false",
                            file, Tokenizers.addedTokens(read));
                }
                Tokenizers.libraryDifference(read)
                        .ifPresent(difference -> progress.say(file + ": " + difference
                                + "; this model will use the ids in the file and cannot be exported"
                                + " for transformers"));
                yield read;
            }
        };
    }

    private StoreManifest write(Path folder, Tokenizer tokenizer, SplitRule rule) throws IOException {
        long[] counts = new long[tokenizer.vocabSize()];
        try (Writers writers = Writers.open(folder, tokenizer, shardTokens)) {
            String title = "Encoding " + corpus.name() + " (" + tokenizer.kind() + ")";
            read(
                    title,
                    whole -> rule.assign(whole, (split, part) -> {
                        try {
                            encode(part, tokenizer, writers.of(split), split == Split.TRAIN ? counts : new long[0]);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }));
            Map<String, Part> parts = new LinkedHashMap<>();
            for (Split split : Split.values()) {
                parts.put(split.key(), writers.of(split).finish());
            }
            checkNotEmpty(parts);
            return new StoreManifest(
                    StoreManifest.VERSION,
                    spec.source(),
                    corpus.checksum(),
                    tokenizer.kind(),
                    tokenizer.vocabSize(),
                    SplitWriter.tokenBytes(tokenizer),
                    shardTokens,
                    entropy(counts),
                    categories.keySet().stream().toList(),
                    Tokenizers.namedEnd(tokenizer).orElse(null),
                    writeTokenizer(folder, tokenizer),
                    parts);
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    private record Writers(SplitWriter train, SplitWriter validation, SplitWriter test) implements AutoCloseable {
        static Writers open(Path folder, Tokenizer tokenizer, long shardTokens) throws IOException {
            return new Writers(
                    new SplitWriter(folder, Split.TRAIN, tokenizer, shardTokens),
                    new SplitWriter(folder, Split.VALIDATION, tokenizer, shardTokens),
                    new SplitWriter(folder, Split.TEST, tokenizer, shardTokens));
        }

        SplitWriter of(Split split) {
            return switch (split) {
                case TRAIN -> train;
                case VALIDATION -> validation;
                case TEST -> test;
            };
        }

        @Override
        public void close() throws IOException {
            try (train;
                    validation;
                    test) {
                // Each is closed even if closing another fails.
            }
        }
    }

    private void encode(DocumentPart part, Tokenizer tokenizer, SplitWriter writer, long[] counts) throws IOException {
        if (part.first()) {
            writer.begin(categories.computeIfAbsent(part.category(), name -> categories.size()));
        }
        EncodedText encoded;
        try {
            encoded = tokenizer.encodeText(part.text());
        } catch (Failure e) {
            throw e.at(corpus.name());
        }
        writer.write(part.text(), encoded);
        boolean end = part.last() && spec.documentSeparator();
        int separator = tokenizer.endOfText().orElse(-1);
        if (end) {
            writer.write(separator);
        }
        if (counts.length > 0) {
            for (int id : encoded.ids()) {
                counts[id]++;
            }
            if (end) {
                counts[separator]++;
            }
        }
    }

    /** Reads the corpus. Documents without a separator after them are made to end with a line feed, unless there is only one document. */
    private void read(String title, Consumer<DocumentPart> consumer) {
        done = 0;
        reported = 0;
        progress.start(title, corpus.bytes(), "B");
        boolean join = !spec.documentSeparator() && !corpus.singleDocument();
        List<String> notes = corpus.read(part -> {
            boolean bare = join && part.last() && !part.text().endsWith("\n");
            String cased = spec.lowercase() ? part.text().toLowerCase(Locale.ROOT) : part.text();
            consumer.accept(
                    bare || spec.lowercase()
                            ? new DocumentPart(
                                    bare ? cased + "\n" : cased,
                                    part.category(),
                                    part.group(),
                                    part.first(),
                                    part.last())
                            : part);
            reportProgress(part.text().length());
        });
        progress.finish("");
        // Both passes return the same notes, so each is shown once.
        notes.stream().filter(notesShown::add).forEach(note -> progress.say(corpus.name() + ": " + note));
    }

    private void reportProgress(int characters) {
        done += characters;
        if (done - reported > 1 << 20) {
            reported = done;
            progress.update(done, Units.bytes((double) done));
        }
    }

    private void checkNotEmpty(Map<String, Part> parts) {
        for (Map.Entry<Split, HeldOut> held : Map.of(Split.VALIDATION, spec.validation(), Split.TEST, spec.test())
                .entrySet()) {
            Part part = parts.get(held.getKey().key());
            if (part == null || part.tokens() > 0 || held.getValue().isNothing()) {
                continue;
            }
            long documents = parts.values().stream().mapToLong(Part::documents).sum();
            throw Failure.data(
                    "data.%s: {%s: %s} leaves the %s split of %s empty: it has %s; %s",
                    held.getKey().key(),
                    held.getValue().by().key(),
                    held.getValue().fraction(),
                    held.getKey().key(),
                    corpus.name(),
                    Plural.of(documents, "document"),
                    corpus.runningText() && held.getValue().by() == HeldOut.By.DOCUMENTS
                            ? "hold out the end of the text with {tail: 0.1}"
                            : "hold out a larger fraction");
        }
        Part train = parts.get(Split.TRAIN.key());
        if (train != null && train.tokens() == 0) {
            throw Failure.data(
                    "%s is too short to be split: data.validation and data.test leave nothing to train on; use more"
                            + " text, or hold out less",
                    corpus.name());
        }
    }

    private static StoredFile writeTokenizer(Path folder, Tokenizer tokenizer) throws IOException {
        String json = tokenizer.toJson();
        AtomicFiles.write(folder.resolve("tokenizer.json"), json);
        return new StoredFile("tokenizer.json", json.getBytes(StandardCharsets.UTF_8).length, Hashes.sha256(json));
    }

    /** Returns the entropy {@code -sum p ln p} of token frequencies, in nats. */
    static double entropy(long[] counts) {
        double total = 0;
        for (long count : counts) {
            total += count;
        }
        double entropy = 0;
        for (long count : counts) {
            if (count > 0) {
                double p = count / total;
                entropy -= p * Math.log(p);
            }
        }
        return entropy;
    }
}
