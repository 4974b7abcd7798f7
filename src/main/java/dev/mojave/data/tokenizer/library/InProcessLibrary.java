package dev.mojave.data.tokenizer.library;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import dev.mojave.base.Failure;
import dev.mojave.base.MojaveHome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Hugging Face's library in this process, through the Java binding of DJL, without truncation, padding or added special tokens. */
public final class InProcessLibrary implements TokenLibrary {
    private final HuggingFaceTokenizer tokenizer;

    private InProcessLibrary(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Loads a {@code tokenizer.json}; {@code place} is the name of the file in messages. */
    public static InProcessLibrary open(String json, String place) {
        return new InProcessLibrary(load(json, place));
    }

    /**
     * Loads a {@code tokenizer.json} and returns the library's own object; throws a {@link Failure} of kind DATA for an invalid file,
     * ENVIRONMENT if the native code cannot be loaded.
     */
    public static HuggingFaceTokenizer load(String json, String place) {
        // The library unpacks its native code into a cache; it must not use the network.
        preset("DJL_CACHE_DIR", MojaveHome.path().resolve("native").toString());
        preset("ai.djl.offline", "true");
        preset("OPT_OUT_TRACKING", "true");
        Map<String, String> options = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
        try {
            return HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), options);
        } catch (UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError | IllegalStateException e) {
            throw Failure.environment(
                            "the native library for tokenizer.json files cannot be loaded on this machine (%s);"
                                    + " use data.tokenizer: gpt2, byte, char or a byte-level BPE file, which do not need it",
                            String.valueOf(e.getMessage() == null ? e.getCause() : e.getMessage()))
                    .because(e);
        } catch (IOException | RuntimeException e) {
            throw Failure.data("%s is not a Hugging Face tokenizer: %s", place, String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    private static void preset(String property, String value) {
        if (System.getProperty(property) == null && System.getenv(property) == null) {
            System.setProperty(property, value);
        }
    }

    @Override
    public Tokens encode(String text) {
        Encoding encoding = tokenizer.encode(text, false, false);
        @Nullable CharSpan[] spans = encoding.getCharTokenSpans();
        int[] ends = Arrays.stream(spans)
                .mapToInt(span -> span == null ? -1 : span.getEnd())
                .toArray();
        return new Tokens(encoding.getIds(), ends);
    }

    @Override
    public String decode(int... ids) {
        return tokenizer.decode(IntStream.of(ids).asLongStream().toArray(), true);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
