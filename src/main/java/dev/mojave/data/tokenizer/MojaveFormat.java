package dev.mojave.data.tokenizer;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The content of a {@code tokenizer.json} in Mojave's own format; Hugging Face's has no {@code type} at the top level.
 *
 * @param type {@code char}, {@code byte} or {@code gpt2}
 * @param version 1
 * @param separator whether an end-of-text id follows the last character or byte; {@code true} for gpt2, which has one
 * @param characters for {@code char}, the code points in order of their ids, as one string; otherwise null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record MojaveFormat(
        String type,
        int version,
        boolean separator,
        @Nullable String characters) {}
