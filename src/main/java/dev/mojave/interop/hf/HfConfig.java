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
 * {@code config.json} beside a model's weights. Ours has the whole specification under {@code mojave}, which is what Mojave itself reads
 * back, and Hugging Face's keys where the model is one of its architectures ({@link HfFamily}): one that computes exactly what ours does.
 */
public final class HfConfig {
    private static final String OWN = "mojave";

    private HfConfig() {}

    /** Returns the content of config.json for a model of ours: {@code model_type} is {@code mojave} where no other says it all. */
    public static ObjectNode write(ModelSpec spec) {
        return write(spec, "");
    }

    /**
     * The same for a model that came from elsewhere.
     *
     * @param origin the {@code model_type} that it had there, which it keeps if that still computes what it does
     */
    public static ObjectNode write(ModelSpec spec, String origin) {
        ObjectNode config = HfFamily.of(spec, origin)
                .map(family -> HfConfigWriter.write(family, spec))
                .orElseGet(() -> HfConfigWriter.start(OWN, "MojaveForCausalLM", spec));
        config.set(OWN, Records.tree(spec));
        return config;
    }

    /**
     * Returns the content of config.json as Hugging Face's own programs write it, without a word of ours.
     *
     * @param origin as in {@link #write(ModelSpec, String)}
     * @throws Failure of kind USAGE that lists what the model has and no architecture of Hugging Face has
     */
    public static ObjectNode writeForHuggingFace(ModelSpec spec, String origin) {
        HfFamily nearest = HfFamily.nearest(spec, origin);
        List<String> obstacles = nearest.obstacles(spec);
        if (!obstacles.isEmpty()) {
            throw Failure.usage(
                    "no architecture of Hugging Face computes what this model does; nearest is %s, but %s; export it with --format mojave",
                    nearest.modelType(), String.join("; ", obstacles));
        }
        return HfConfigWriter.write(nearest, spec);
    }

    /** Returns what concerns training alone and has no key in Hugging Face's config, in sentences; logits do not depend on it. */
    public static List<String> lostInHuggingFace(ModelSpec spec) {
        List<String> lost = new ArrayList<>();
        switch (spec.start()) {
            case ModelKeys.Start(double _, Initializer initializer) -> {
                if (initializer != null) {
                    lost.add("initializer is left out; it concerns the weights that a new model begins with");
                }
            }
        }
        spec.mixture().ifPresent(moe -> {
            moe.choice().losses().section().keySet().stream()
                    .filter(loss -> !loss.equals(BalanceLoss.MIXTRAL_BALANCE.key()))
                    .forEach(loss -> lost.add("losses." + loss
                            + " has no key in Hugging Face's config; training there goes on without it"));
            if (moe.dispatchSpec().inputJitter() > 0 || moe.experts().expertDropout() > 0) {
                lost.add("input_jitter and expert_dropout are left out; they concern training alone");
            }
        });
        return lost;
    }

    /** Returns what a reader of this config should know before using the model, in sentences. */
    public static List<String> warnings(ObjectNode config, ModelSpec spec) {
        List<String> warnings = new ArrayList<>();
        spec.mixture()
                .flatMap(MoeSpec::untrainable)
                .ifPresent(why -> warnings.add("the model runs but cannot be trained: " + why));
        if (config.path("router_jitter_noise").asDouble(0) > 0) {
            warnings.add("router_jitter_noise is left out; it concerns training alone");
        }
        if (config.path("model_type").asString("").equals(HfFamily.GPT2.modelType()) && !config.has(OWN)) {
            boolean alike = Stream.of("embd_pdrop", "attn_pdrop")
                    .allMatch(key ->
                            config.path(key).asDouble(0.1) == spec.stack().dropout());
            if (!alike) {
                warnings.add(
                        "embd_pdrop and attn_pdrop differ from resid_pdrop, which stands for all three in training");
            }
        }
        return warnings;
    }

    /**
     * Rebuilds the specification: from the {@code mojave} section, or, where another program wrote the file, from Hugging Face's keys.
     *
     * @param source what messages call the file
     * @throws Failure of kind DATA if a key is missing or the model is not one that Mojave can build
     */
    public static ModelSpec read(ObjectNode config, String source) {
        JsonNode own = config.path(OWN);
        try {
            return own.isMissingNode()
                    ? new HfConfigReader(config, source).spec()
                    : Records.read(own, ModelSpec.class, source, OWN);
        } catch (Failure e) {
            // What is wrong is a file here, not something that the user typed.
            throw Failure.data("%s", String.valueOf(e.getMessage())).because(e);
        } catch (IllegalArgumentException e) {
            throw Failure.data("%s: %s", source, String.valueOf(e.getMessage())).because(e);
        }
    }
}
