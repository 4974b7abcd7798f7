import dev.mojave.api.Mojave;
import java.nio.file.Path;

/** Trains a small model on a text file and generates text with it: java -cp CLASSPATH examples/TrainAndGenerate.java README.md runs. */
void main(String[] arguments) {
    String recipe = """
            name: example
            data: {source: %s, tokenizer: byte}
            model: {preset: llama, hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 2, max_position_embeddings: 64}
            train: {batch_size: 8, steps: 20, learning_rate: 3.0e-3}
            """.formatted(arguments[0]);
    try (var model = Mojave.train(recipe, Path.of(arguments[1]))) {
        IO.println(model.parameterCount() + " parameters; it writes: " + model.generate("The "));
    }
}
