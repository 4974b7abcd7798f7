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
 * The window of a config.json: how far back attention looks. It is read where every layer uses it or where it hides nothing, and refused
 * where only some layers use it. Which layers use it differs between architectures and releases of transformers.
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

    /** Returns the window that a sequence as long as the context meets, if it meets one. */
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
                        (config.has("sliding_window") ? "" : "is " + DEFAULT + " where it is left out, and ")
                                + "must be that of every layer (here some see all tokens) or not shorter than the context (max_position_embeddings is %d);"
                                + " to use the model for up to %d tokens, which a window does not touch, set max_position_embeddings to"
                                + " %d in config.json",
                        context,
                        window,
                        window));
        return Optional.of(window);
    }

    /** Returns the window; an architecture that has one by default has it where the key is left out, none where it is null. */
    private int width() {
        boolean optional = reader.is(HfFamily.MIXTRAL) || config.has("sliding_window");
        int window = reader.whole("sliding_window", optional ? context : DEFAULT);
        reader.require(window > 0, "sliding_window", "must be positive");
        return window;
    }

    /** Returns what the layers see, all tokens or those in the window; empty where no key says so. */
    private List<String> layers() {
        int layers = reader.whole("num_hidden_layers");
        HfFamily family = reader.family();
        return switch (family) {
            case GPT2, LLAMA, OLMOE -> List.of(); // They do not read the key.
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

    /** Which layers of a Qwen use the window where no list says so. */
    private List<String> ofDefault(HfFamily family, int layers) {
        if (family == HfFamily.QWEN2_MOE) {
            return List.of(SLIDING, FULL); // By turns; how many of them differs between releases.
        }
        int first = reader.whole("max_window_layers", 28);
        return IntStream.range(0, layers)
                .mapToObj(layer -> layer >= first ? SLIDING : FULL)
                .toList();
    }

    /** The list that transformers 4.53 and later write, which counts where it is there. */
    private List<String> ofList(boolean used) {
        List<String> types = new ArrayList<>();
        JsonNode list = config.path("layer_types");
        for (JsonNode type : list) {
            String name = type.asString("");
            reader.require(
                    name.equals(FULL) || name.equals(SLIDING),
                    "layer_types",
                    "must hold " + FULL + " or " + SLIDING + " alone");
            reader.require(
                    used || name.equals(FULL),
                    "layer_types",
                    "must hold " + FULL + " alone where use_sliding_window is false");
            types.add(name);
        }
        return types;
    }
}
