package dev.mojave.lab.bench;

import dev.mojave.base.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The peers' programs of {@code bench/peers}, which speak as a {@link Contestant} does.
 *
 * @param python an interpreter with the packages that the programs name
 * @param scripts the folder of the programs
 * @param threads how many they may use
 */
public record Peers(Path python, Path scripts, int threads) {
    private static final List<String> MODES = List.of("fp32", "fp32-compile", "bf16", "bf16-compile");
    private static final List<String> DISPATCHES = List.of("grouped_mm", "eager");

    /** Checks that both are there. */
    public Peers {
        if (!Files.isExecutable(python)) {
            throw Failure.usage(
                    "--peer-python %s is not a program; name the interpreter of a virtual environment with torch, and transformers"
                            + " for mixtures, such as peers/bin/python",
                    python);
        }
        if (!Files.isDirectory(scripts)) {
            throw Failure.usage("%s is not there; compare runs the peers' programs of a checkout of Mojave", scripts);
        }
    }

    /** PyTorch, eager and compiled, in float32 and with bfloat16 autocast. */
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

    /** Hugging Face's Mixtral with each of its dispatches, or its Llama for one expert. */
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

    /** Hugging Face's Llama writing with {@code generate}, greedily. */
    public List<CompareBench.Entry> decode(Shape shape) {
        return List.of(entry("Hugging Face generate", List.of("decode.py", "--shape", shape.option())));
    }

    /** Hugging Face's GPT-2 on batches of 64 texts, padded. */
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
