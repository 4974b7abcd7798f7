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
 * @param validation what is held out for evaluation; absent (null): {@code {documents: 0.05}} of {@code embedded},
 *     {@code {tail: 0.1}} of anything else
 * @param test what is held out for the last measurement; absent (null): nothing
 * @param splitSeed seeds the hash that assigns documents; apart from {@code train.seed}, so all seeds of a study share a split
 * @param documentSeparator whether an end-of-text id follows each document; without it documents are ended by a line end
 * @param endOfText the added token of a {@code tokenizer.json} that ends documents and texts; absent for the {@code eos_token} of a
 *     {@code tokenizer_config.json} beside it, or else the first that it has of the usual names
 * @param textField column or key of the text in CSV and JSONL, several joined by commas; absent for the usual one
 * @param categoryField column or key of the category; absent for the usual one, if there is one
 * @param lowercase whether text is turned into lower case first
 * @param maxLength absent: windows of the model's context, which may span documents; else every document is a row of its own, cut after so
 *     many tokens and padded up to there
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

    /** Checks each key; messages name it. */
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
                "data.end_of_text ('%s') names a token of a tokenizer.json; texts of data.tokenizer: %s end with %s, so leave it out",
                endOfText.orElse(""),
                tokenizer,
                BytePairTrainer.END_OF_TEXT);
        validation = Objects.requireNonNullElse(
                validation, source.equals(EMBEDDED) ? HeldOut.documents(0.05) : HeldOut.tail(0.1));
        test = Objects.requireNonNullElse(test, new HeldOut(validation.by(), 0));
        Check.that(
                validation.isNothing() || test.isNothing() || validation.by() == test.by(),
                "data.validation holds out %s and data.test holds out %s; both must use tail or both documents",
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

    /** Returns the section that names a source and nothing else. */
    public static DataSpec of(String source) {
        return new DataSpec(
                source, "byte", null, null, 0, true, Optional.empty(), Optional.empty(), Optional.empty(), false, null);
    }

    /** Returns what is held out for evaluation. */
    @Override
    public HeldOut validation() {
        return Objects.requireNonNull(validation);
    }

    /** Returns what is held out for the last measurement. */
    @Override
    public HeldOut test() {
        return Objects.requireNonNull(test);
    }
}
