package dev.mojave.lab.bench;

import dev.mojave.base.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The programs in {@code bench/peers} that measure other frameworks; they follow the protocol of {@link Contestant}.
 *
 * @param python a Python interpreter with the packages that the programs import
 * @param scripts the folder of the programs
 * @param threads number of threads that they may use
 */
public record Peers(Path python, Path scripts, int threads) {
    private static final List<String> MODES = List.of("fp32", "fp32-compile", "bf16", "bf16-compile");
    private static final List<String> DISPATCHES = List.of("grouped_mm", "eager");

    /** Checks that interpreter and folder exist. */
    public Peers {
        if (!Files.isExecutable(python)) {
            throw Failure.usage(
                    "--peer-python %s is not an executable file; name the Python of a virtual environment with torch, and transformers"
                            + " for mixtures, such as peers/bin/python",
                    python);
        }
        if (!Files.isDirectory(scripts)) {
            throw Failure.usage(
                    "%s does not exist; 'bench compare' needs the bench/peers folder of a checkout of Mojave", scripts);
        }
    }

    /** Returns PyTorch's entries: eager and compiled, in float32 and with bfloat16 autocast. */
    public List<CompareBench.Entry> dense(Shape shape, int batch) {
        List<CompareBench.Entry> entries = new ArrayList<>();
        for (String mode : MODES) {
            entries.add(entry(
                    "PyTorch " + mode,
                    List.of(
                            "dense.py",
                            "--shape",
                            shape.option(),
                            "--batch",
                            Integer.toString(batch),
                            "--mode",
                            mode)));
        }
        return entries;
    }

    /** Returns Hugging Face's entries: Mixtral with each of its dispatch methods, or Llama if there is one expert. */
    public List<CompareBench.Entry> mixture(int experts, int topK) {
        List<CompareBench.Entry> entries = new ArrayList<>();
        for (String dispatch : experts == 1 ? DISPATCHES.subList(0, 1) : DISPATCHES) {
            entries.add(entry(
                    "Hugging Face " + (experts == 1 ? "Llama" : "Mixtral " + dispatch),
                    List.of(
                            "moe.py",
                            "--experts",
                            Integer.toString(experts),
                            "--top-k",
                            Integer.toString(topK),
                            "--dispatch",
                            dispatch)));
        }
        return entries;
    }

    /** Returns the entry of Hugging Face's Llama with greedy {@code generate}. */
    public List<CompareBench.Entry> decode(Shape shape) {
        return List.of(entry("Hugging Face generate", List.of("decode.py", "--shape", shape.option())));
    }

    /** Returns the entry of Hugging Face's GPT-2 that scores padded batches of 64 texts. */
    public List<CompareBench.Entry> score(Shape shape, int sentences) {
        return List.of(entry(
                "Hugging Face, padded batches of 64",
                List.of("score.py", "--shape", shape.option(), "--sentences", Integer.toString(sentences))));
    }

    private CompareBench.Entry entry(String name, List<String> arguments) {
        List<String> command = new ArrayList<>(
                List.of(python.toString(), scripts.resolve(arguments.getFirst()).toString()));
        command.addAll(arguments.subList(1, arguments.size()));
        command.addAll(List.of("--threads", Integer.toString(threads)));
        return new CompareBench.Entry(name, command, true);
    }
}
