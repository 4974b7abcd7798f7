package dev.mojave.data.tokenizer;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The content of a {@code tokenizer.json} that is ours; Hugging Face's has no {@code type} at the top.
 *
 * @param type {@code char}, {@code byte} or {@code gpt2}
 * @param version 1
 * @param separator whether an end-of-text id follows the last character or byte; {@code true} for gpt2, which has one
 * @param characters of {@code char}: the code points in the order of their ids, as one string
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record MojaveFormat(
        String type,
        int version,
        boolean separator,
        @Nullable String characters) {}
