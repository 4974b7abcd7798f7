package dev.mojave.interop;

import dev.mojave.model.ModelCounts;
import dev.mojave.model.ModelSpec;
import java.util.Locale;
import java.util.Map;

/**
 * The README.md of an exported model: its origin, its measurements and caveats, and how to load it. It starts with a YAML header
 * in the format of Hugging Face's hub.
 *
 * @param name name of the model
 * @param license identifier of the licence, such as {@code apache-2.0}, or {@code unknown}
 * @param data description of the training data
 * @param training description of the length of training
 * @param metrics latest metrics by name, for example {@code val/loss}
 * @param recipe the resolved recipe as YAML; empty if there is none
 * @param origin description of the program that trained it
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
                - Parameters: %,d, of which %,d are active per token
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
                No architecture of Hugging Face is equivalent to this model, so the folder is in Mojave's own format: `config.json` has the
                complete specification under `mojave`, and tensors in `model.safetensors` are named in Hugging Face's style.
                ```
                ./mojave import THIS_FOLDER --name NAME
                ./mojave generate runs/NAME --prompt "..."
                ```
                """;
    }
}
