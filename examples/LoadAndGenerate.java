import dev.mojave.api.Mojave;
import dev.mojave.generate.SamplingSpec;
import java.nio.file.Path;

/** Loads a model and generates text with it: java -cp CLASSPATH examples/LoadAndGenerate.java runs/first "The sea". */
void main(String[] arguments) {
    try (var model = Mojave.load(Path.of(arguments[0]))) {
        model.generate(arguments[1], SamplingSpec.usual(50, 1), IO::print);
        IO.println();
    }
}
