package dev.mojave.interop.hf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the sliding window of a config.json: how many tokens back attention reaches. A window is accepted if every layer uses it
 * or if it is no shorter than the context, and rejected if only some layers use it. Which layers use it depends on the
 * architecture and the release of transformers.
 */
final class HfWindow {
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";
    private static final int DEFAULT = 4096;

    private final HfConfigReader reader;
    private final ObjectNode config;
    private final int context;

    HfWindow(HfConfigReader reader, ObjectNode config, int context) {
        this.reader = reader;
        this.config = config;
        this.context = context;
    }

    /** Returns the window in tokens; empty if it does not restrict a sequence of the context's length. */
    Optional<Integer> window() {
        List<String> layers = layers();
        if (!layers.contains(SLIDING)) {
            return Optional.empty();
        }
        int window = width();
        if (window >= context) {
            return Optional.empty();
        }
        reader.require(
                !layers.contains(FULL),
                "sliding_window",
                String.format(
                        Locale.ROOT,
                        (config.has("sliding_window") ? "" : "defaults to " + DEFAULT + " and ")
                                + "must apply to every layer (here some layers see all tokens) or be no shorter than the context (max_position_embeddings is %d);"
                                + " to use the model for up to %d tokens, where the window has no effect, set max_position_embeddings to"
                                + " %d in config.json",
                        context,
                        window,
                        window));
        return Optional.of(window);
    }

    /**
     * Returns the window in tokens. An architecture with a default window uses it if the key is missing, and no window if it is
     * null.
     */
    private int width() {
        boolean optional = reader.is(HfFamily.MIXTRAL) || config.has("sliding_window");
        int window = reader.whole("sliding_window", optional ? context : DEFAULT);
        reader.require(window > 0, "sliding_window", "must be positive");
        return window;
    }

    /** Returns the attention type of each layer, full or sliding; empty if no key sets it. */
    private List<String> layers() {
        int layers = reader.whole("num_hidden_layers");
        HfFamily family = reader.family();
        return switch (family) {
            case GPT2, LLAMA, OLMOE -> List.of(); // These do not read the key.
            case MISTRAL, MIXTRAL -> Collections.nCopies(layers, SLIDING);
            case QWEN3_MOE -> used() ? Collections.nCopies(layers, SLIDING) : List.of();
            case QWEN2, QWEN3, QWEN2_MOE -> {
                List<String> listed = ofList(used());
                yield listed.isEmpty() && used() ? ofDefault(family, layers) : listed;
            }
        };
    }

    private boolean used() {
        return reader.flag("use_sliding_window", false);
    }

    /** Returns the attention types of a Qwen without a list. */
    private List<String> ofDefault(HfFamily family, int layers) {
        if (family == HfFamily.QWEN2_MOE) {
            return List.of(SLIDING, FULL); // Alternating; the pattern differs between releases.
        }
        int first = reader.whole("max_window_layers", 28);
        return IntStream.range(0, layers)
                .mapToObj(layer -> layer >= first ? SLIDING : FULL)
                .toList();
    }

    /** Returns the list that transformers 4.53 and later write, which takes precedence if present. */
    private List<String> ofList(boolean used) {
        List<String> types = new ArrayList<>();
        JsonNode list = config.path("layer_types");
        for (JsonNode type : list) {
            String name = type.asString("");
            reader.require(
                    name.equals(FULL) || name.equals(SLIDING),
                    "layer_types",
                    "must contain only " + FULL + " or " + SLIDING);
            reader.require(
                    used || name.equals(FULL),
                    "layer_types",
                    "must contain only " + FULL + " if use_sliding_window is false");
            types.add(name);
        }
        return types;
    }
}
