package dev.mojave.data.store;

import dev.mojave.base.files.Hashes;
import dev.mojave.data.DataSpec;
import dev.mojave.data.HeldOut;
import dev.mojave.data.format.DocumentPart;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Assigns documents to splits, before windows are cut.
 *
 * <p>By documents: {@code u} is the first 53 bits of SHA-256({@code split_seed}, newline, group) as a fraction in [0, 1); a document goes
 * to validation if {@code u < v}, to test if {@code u >= 1 - t}, and otherwise to training, where v and t are the fractions held out.
 * Increasing one fraction therefore moves no document between the other two splits.
 * By tail: with n characters (code points), training ends at {@code floor(n (1 - (v + t)))} and validation at
 * {@code floor(n (1 - t))}; running text is cut there, and other documents go to the split in which they start.
 */
final class SplitRule {
    private final DataSpec spec;
    private final MessageDigest digest = Hashes.sha256();
    private final boolean byDocuments;
    private final boolean runningText;
    private final long trainEnd;
    private final long validationEnd;
    private long position;
    private Split current = Split.TRAIN;

    /** Creates the rule for a corpus of {@code characters} code points, which only a tail needs. */
    SplitRule(DataSpec spec, boolean runningText, long characters) {
        this.spec = spec;
        this.runningText = runningText;
        this.byDocuments = uses(spec, HeldOut.By.DOCUMENTS);
        double test = spec.test().fraction();
        boolean byTail = needsLength(spec);
        double train = 1 - (spec.validation().fraction() + test);
        this.trainEnd = byTail ? (long) Math.floor(characters * train) : Long.MAX_VALUE;
        this.validationEnd = byTail ? (long) Math.floor(characters * (1 - test)) : Long.MAX_VALUE;
    }

    /** Returns whether {@link #SplitRule} needs the number of characters. */
    static boolean needsLength(DataSpec spec) {
        return uses(spec, HeldOut.By.TAIL);
    }

    private static boolean uses(DataSpec spec, HeldOut.By by) {
        return Stream.of(spec.validation(), spec.test()).anyMatch(held -> held.by() == by && !held.isNothing());
    }

    /** Passes the pieces of a part to the consumer with their splits; parts must come in order. */
    void assign(DocumentPart part, BiConsumer<Split, DocumentPart> consumer) {
        if (byDocuments) {
            if (part.first()) {
                current = ofGroup(part.group());
            }
            consumer.accept(current, part);
        } else if (!runningText) {
            if (part.first()) {
                current = at(position);
            }
            position += part.text().codePointCount(0, part.text().length());
            consumer.accept(current, part);
        } else {
            cut(part, consumer);
        }
    }

    private void cut(DocumentPart part, BiConsumer<Split, DocumentPart> consumer) {
        String text = part.text();
        int from = 0;
        boolean first = part.first();
        while (from < text.length()) {
            Split split = at(position);
            long left = end(split) - position;
            long present = text.codePointCount(from, text.length());
            long taken = Math.min(left, present);
            int to = text.offsetByCodePoints(from, (int) taken);
            boolean last = part.last() && to == text.length();
            consumer.accept(
                    split,
                    new DocumentPart(
                            text.substring(from, to), part.category(), part.group(), first || split != current, last));
            current = split;
            first = false;
            position += taken;
            from = to;
        }
    }

    private Split at(long character) {
        return character < trainEnd ? Split.TRAIN : character < validationEnd ? Split.VALIDATION : Split.TEST;
    }

    private long end(Split split) {
        return switch (split) {
            case TRAIN -> trainEnd;
            case VALIDATION -> validationEnd;
            case TEST -> Long.MAX_VALUE;
        };
    }

    private Split ofGroup(String group) {
        digest.update((spec.splitSeed() + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update(group.getBytes(StandardCharsets.UTF_8));
        double u = (ByteBuffer.wrap(digest.digest()).getLong() >>> 11) * 0x1p-53;
        return u < spec.validation().fraction()
                ? Split.VALIDATION
                : u >= 1 - spec.test().fraction() ? Split.TEST : Split.TRAIN;
    }
}
