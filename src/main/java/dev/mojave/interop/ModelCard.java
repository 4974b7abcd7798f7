package dev.mojave.interop;

import dev.mojave.model.ModelCounts;
import dev.mojave.model.ModelSpec;
import java.util.Locale;
import java.util.Map;

/**
 * What README.md of an exported model says: where the model comes from, what it can be trusted with, and how to load it. The head is YAML
 * as Hugging Face's hub reads it.
 *
 * @param name of the model
 * @param license identifier such as {@code apache-2.0}, or {@code unknown}
 * @param data what it was trained on, in words
 * @param training how long, in words
 * @param metrics last measurements by name, for example {@code val/loss}
 * @param recipe resolved recipe as YAML; empty if there is none
 * @param origin which program made it, in words
 */
public record ModelCard(
        String name,
        String license,
        String data,
        String training,
        Map<String, Double> metrics,
        String recipe,
        String origin) {

    String text(ModelSpec spec, String modelType) {
        boolean own = modelType.equals("mojave");
        StringBuilder text = new StringBuilder();
        text.append("---\nlicense: ").append(license).append("\npipeline_tag: text-generation\n");
        text.append("library_name: ").append(own ? "mojave" : "transformers").append('\n');
        text.append("tags: [mojave, ").append(modelType).append(spec.mixture().isPresent() ? ", moe]" : "]");
        text.append("\n---\n\n# ").append(name).append("\n\n").append(facts(spec, modelType));
        spec.caveats().forEach(caveat -> text.append("\n**").append(caveat).append("**\n"));
        text.append("\n## Use\n").append(own ? useHere() : useThere());
        if (!metrics.isEmpty()) {
            text.append("\n## Metrics\n| metric | value |\n|---|---|\n");
            metrics.forEach((metric, value) -> text.append(
                    String.format(Locale.ROOT, "| %s | %.6g |%n", metric, value).replace("\r", "")));
            text.append("\nLosses are in nats per token.\n");
        }
        if (!recipe.isEmpty()) {
            text.append("\n## Recipe\n```yaml\n").append(recipe.strip()).append("\n```\n");
        }
        return text.toString();
    }

    private String facts(ModelSpec spec, String modelType) {
        ModelCounts counts = spec.counts();
        return String.format(
                Locale.ROOT,
                """
                - Architecture: %s; %s
                - Parameters: %,d, of which a token uses %,d
                - Context: %,d tokens; vocabulary: %,d
                - Data: %s
                - Training: %s
                - Made by: %s
                - Licence of the weights: %s
                """,
                modelType,
                spec.describe(),
                counts.total(),
                counts.active(),
                spec.maxPositionEmbeddings(),
                spec.vocabSize(),
                data,
                training,
                origin,
                license);
    }

    private static String useThere() {
        return """
                ```python
                from transformers import AutoModelForCausalLM, AutoTokenizer
                model = AutoModelForCausalLM.from_pretrained("THIS_FOLDER")
                ```
                """;
    }

    private static String useHere() {
        return """
                No architecture of Hugging Face computes what this model does, so the folder is Mojave's own: `config.json` holds the
                whole specification under `mojave`, and `model.safetensors` names tensors in Hugging Face's manner.
                ```
                ./mojave import THIS_FOLDER --name NAME
                ./mojave generate runs/NAME --prompt "..."
                ```
                """;
    }
}
