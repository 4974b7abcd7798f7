package dev.mojave.data.tokenizer;

import dev.mojave.result.TokenizerReport;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Measures how a tokenizer encodes a text, which may be given in parts. */
public final class TokenizerInspector {
    private final Tokenizer tokenizer;
    private final long[] counts;
    private final OptionalInt unknown;
    private long bytes;
    private long characters;
    private long words;
    private long tokens;
    private long missing;
    private boolean inWord;

    /** Starts to measure a tokenizer. */
    public TokenizerInspector(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.counts = new long[tokenizer.vocabSize()];
        Tokenizer whole = tokenizer instanceof LimitedTokenizer limited ? limited.kept() : tokenizer;
        this.unknown = whole instanceof TokenizerFile file ? file.unknown() : OptionalInt.empty();
    }

    /** Measures a part of the text, which continues the part before. */
    public void add(String text) {
        text.codePoints().forEach(codePoint -> {
            characters++;
            bytes += EncodedText.byteLength(codePoint);
            boolean space = Character.isWhitespace(codePoint);
            words += !space && !inWord ? 1 : 0;
            inWord = !space;
        });
        int[] ids = encode(text);
        tokens += ids.length;
        for (int id : ids) {
            counts[id]++;
        }
    }

    /** Ends a document. */
    public void endDocument() {
        inWord = false;
    }

    /** Encodes a text; the characters that a character tokenizer lacks and would refuse are counted instead. */
    private int[] encode(String text) {
        if (!(tokenizer instanceof CharTokenizer known)) {
            return tokenizer.encode(text);
        }
        int[] kept = text.codePoints().filter(known::contains).toArray();
        missing += text.codePointCount(0, text.length()) - kept.length;
        return known.encode(new String(kept, 0, kept.length));
    }

    /** Returns the measurements. */
    public TokenizerReport report() {
        long unknownTokens = missing + (unknown.isPresent() ? counts[unknown.getAsInt()] : 0);
        long pieces = tokens + missing;
        return new TokenizerReport(
                tokenizer.kind(),
                counts.length,
                tokenizer.endOfText().isPresent() ? tokenizer.endOfText().getAsInt() : null,
                bytes,
                characters,
                words,
                tokens,
                ratio(bytes, tokens),
                ratio(characters, tokens),
                ratio(tokens, words),
                unknownTokens,
                pieces == 0 ? 1 : 1 - ratio(unknownTokens, pieces),
                IntStream.range(0, counts.length).filter(id -> counts[id] > 0).count(),
                ratio(
                        IntStream.range(0, counts.length)
                                .filter(id -> counts[id] > 0)
                                .count(),
                        counts.length),
                frequent());
    }

    private List<TokenizerReport.Frequent> frequent() {
        return IntStream.range(0, counts.length)
                .filter(id -> counts[id] > 0)
                .boxed()
                .sorted(Comparator.<Integer>comparingLong(id -> -counts[id]).thenComparing(id -> id))
                .limit(10)
                .map(id -> new TokenizerReport.Frequent(id, tokenizer.decode(id), counts[id]))
                .toList();
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
