package dev.mojave.interop.hf;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Records;
import dev.mojave.model.ModelKeys;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.nn.Initializer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code config.json} of a model. Mojave's has the complete specification under {@code mojave}, which Mojave reads back, and,
 * if the model computes exactly what one of Hugging Face's architectures does ({@link HfFamily}), also Hugging Face's keys.
 */
public final class HfConfig {
    private static final String OWN = "mojave";

    private HfConfig() {}

    /**
     * Returns the content of config.json for a model from Mojave. Its {@code model_type} is {@code mojave} if no architecture of
     * Hugging Face is equivalent.
     */
    public static ObjectNode write(ModelSpec spec) {
        return write(spec, "");
    }

    /**
     * Returns the content of config.json for an imported model.
     *
     * @param origin the {@code model_type} of the imported model, which it keeps if that architecture still computes the same
     */
    public static ObjectNode write(ModelSpec spec, String origin) {
        ObjectNode config = HfFamily.of(spec, origin)
                .map(family -> HfConfigWriter.write(family, spec))
                .orElseGet(() -> HfConfigWriter.start(OWN, "MojaveForCausalLM", spec));
        config.set(OWN, Records.tree(spec));
        return config;
    }

    /**
     * Returns the content of config.json in Hugging Face's own format, without the {@code mojave} section.
     *
     * @param origin as in {@link #write(ModelSpec, String)}
     * @throws Failure of kind USAGE that lists the features that the nearest architecture of Hugging Face lacks
     */
    public static ObjectNode writeForHuggingFace(ModelSpec spec, String origin) {
        HfFamily nearest = HfFamily.nearest(spec, origin);
        List<String> obstacles = nearest.obstacles(spec);
        if (!obstacles.isEmpty()) {
            throw Failure.usage(
                    "no architecture of Hugging Face is equivalent to this model; the nearest is %s, but %s; export it with --format mojave",
                    nearest.modelType(), String.join("; ", obstacles));
        }
        return HfConfigWriter.write(nearest, spec);
    }

    /** Returns the training settings that have no key in Hugging Face's config, as sentences; logits do not depend on them. */
    public static List<String> lostInHuggingFace(ModelSpec spec) {
        List<String> lost = new ArrayList<>();
        switch (spec.start()) {
            case ModelKeys.Start(double _, Initializer initializer) -> {
                if (initializer != null) {
                    lost.add("initializer is left out; it concerns only the initial weights of a new model");
                }
            }
        }
        spec.mixture().ifPresent(moe -> {
            moe.choice().losses().section().keySet().stream()
                    .filter(loss -> !loss.equals(BalanceLoss.MIXTRAL_BALANCE.key()))
                    .forEach(loss -> lost.add("losses." + loss
                            + " has no key in Hugging Face's config; training there would not use it"));
            if (moe.dispatchSpec().inputJitter() > 0 || moe.experts().expertDropout() > 0) {
                lost.add("input_jitter and expert_dropout are left out; they concern only training");
            }
        });
        return lost;
    }

    /** Returns warnings for users of a model with this config, as sentences. */
    public static List<String> warnings(ObjectNode config, ModelSpec spec) {
        List<String> warnings = new ArrayList<>();
        spec.mixture()
                .flatMap(MoeSpec::untrainable)
                .ifPresent(why -> warnings.add("the model runs but cannot be trained: " + why));
        if (config.path("router_jitter_noise").asDouble(0) > 0) {
            warnings.add("router_jitter_noise is left out; it concerns only training");
        }
        if (config.path("model_type").asString("").equals(HfFamily.GPT2.modelType()) && !config.has(OWN)) {
            boolean alike = Stream.of("embd_pdrop", "attn_pdrop")
                    .allMatch(key ->
                            config.path(key).asDouble(0.1) == spec.stack().dropout());
            if (!alike) {
                warnings.add("embd_pdrop and attn_pdrop differ from resid_pdrop, which replaces all three in training");
            }
        }
        return warnings;
    }

    /**
     * Reads the specification from the {@code mojave} section or, if another program wrote the file, from Hugging Face's keys.
     *
     * @param source the file's name in messages
     * @throws Failure of kind DATA if a key is missing or Mojave does not support the model
     */
    public static ModelSpec read(ObjectNode config, String source) {
        JsonNode own = config.path(OWN);
        try {
            return own.isMissingNode()
                    ? new HfConfigReader(config, source).spec()
                    : Records.read(own, ModelSpec.class, source, OWN);
        } catch (Failure e) {
            // The fault is in a file, not in the user's input, so the kind becomes DATA.
            throw Failure.data("%s", String.valueOf(e.getMessage())).because(e);
        } catch (IllegalArgumentException e) {
            throw Failure.data("%s: %s", source, String.valueOf(e.getMessage())).because(e);
        }
    }
}
