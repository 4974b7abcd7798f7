package dev.mojave.data;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.data.tokenizer.bpe.BytePairTrainer;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code data:} section of a recipe.
 *
 * @param source {@code embedded}, the name of an imported data set, a file or a folder
 * @param tokenizer {@code char}, {@code byte}, {@code gpt2} or the path of a {@code tokenizer.json}
 * @param validation the part held out for evaluation; null, if the key is left out, means {@code {documents: 0.05}} for {@code embedded}
 *     and {@code {tail: 0.1}} for any other source
 * @param test the part held out for the final measurement; null, if the key is left out, means nothing
 * @param splitSeed seed of the hash that assigns documents to splits; independent of {@code train.seed}, so that all seeds of a study
 *     share one split
 * @param documentSeparator whether an end-of-text id follows each document; if not, documents end with a line feed
 * @param endOfText the added token of a {@code tokenizer.json} that ends documents and texts; if empty, the {@code eos_token} of a
 *     {@code tokenizer_config.json} in the same folder, or else the first added token with a well-known name
 * @param textField column or key of the text in tables and JSON, several separated by commas; if empty, the default one
 * @param categoryField column or key of the category; if empty, the default one, if the file has it
 * @param lowercase whether text is converted to lower case first
 * @param maxLength null: rows are windows of the model's context length, which may span documents; otherwise every document is a row of
 *     its own, truncated or padded to this many tokens
 */
public record DataSpec(
        String source,
        @Default("byte") String tokenizer,
        @Nullable HeldOut validation,
        @Nullable HeldOut test,
        @Default("0") long splitSeed,
        @Default("true") boolean documentSeparator,
        Optional<String> endOfText,
        Optional<String> textField,
        Optional<String> categoryField,
        @Default("false") boolean lowercase,
        @Nullable Integer maxLength) {
    /** The name of the corpus that comes with Mojave. */
    public static final String EMBEDDED = "embedded";

    /** Checks the values; messages name the key at fault. */
    public DataSpec {
        Check.that(
                !source.isBlank(),
                "data.source is empty; give %s, the name of an imported data set, or the path of a file or folder",
                EMBEDDED);
        Check.that(
                !tokenizer.isBlank(), "data.tokenizer is empty; give char, byte, gpt2 or the path of a tokenizer.json");
        Check.that(
                endOfText.isEmpty()
                        || !Tokenizers.NAMES.contains(tokenizer)
                        || endOfText.get().equals(BytePairTrainer.END_OF_TEXT),
                "data.end_of_text ('%s') applies only to a tokenizer.json; with data.tokenizer: %s, texts end with"
                        + " %s, so leave it out",
                endOfText.orElse(""),
                tokenizer,
                BytePairTrainer.END_OF_TEXT);
        validation = Objects.requireNonNullElse(
                validation, source.equals(EMBEDDED) ? HeldOut.documents(0.05) : HeldOut.tail(0.1));
        test = Objects.requireNonNullElse(test, new HeldOut(validation.by(), 0));
        Check.that(
                validation.isNothing() || test.isNothing() || validation.by() == test.by(),
                "data.validation holds out %s and data.test holds out %s; use either tail for both or documents for both",
                validation.by().key(),
                test.by().key());
        Check.that(
                validation.fraction() + test.fraction() < 1,
                "data.validation (%s) and data.test (%s) leave nothing to train on; their sum must be below 1",
                validation.fraction(),
                test.fraction());
        Check.that(
                maxLength == null || maxLength >= 1,
                "data.max_length (%d) must be at least 1",
                maxLength == null ? 0 : maxLength);
    }

    /** Returns a section with the given source and the default of every other key. */
    public static DataSpec of(String source) {
        return new DataSpec(
                source, "byte", null, null, 0, true, Optional.empty(), Optional.empty(), Optional.empty(), false, null);
    }

    /** Returns the part held out for evaluation. */
    @Override
    public HeldOut validation() {
        return Objects.requireNonNull(validation);
    }

    /** Returns the part held out for the final measurement. */
    @Override
    public HeldOut test() {
        return Objects.requireNonNull(test);
    }
}
