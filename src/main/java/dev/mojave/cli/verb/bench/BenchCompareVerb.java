package dev.mojave.cli.verb.bench;

import dev.mojave.base.Failure;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.process.ShellWord;
import dev.mojave.base.tree.Json;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.Signals;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.lab.bench.CompareBench;
import dev.mojave.lab.bench.Peers;
import dev.mojave.lab.bench.Shape;
import dev.mojave.lab.bench.Workload;
import dev.mojave.result.bench.BenchComparison;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares the speed of Mojave with that of other programs, which take turns at the same work. */
@Command(
        name = "compare",
        description =
                "Compare the speed of Mojave with that of PyTorch and Hugging Face, or of Mojave's models with each other, in alternating"
                        + " rounds; the results are ratios with intervals.",
        footerHeading = Verb.EXAMPLE,
        footer = {
            "  python3 -m venv peers && peers/bin/pip install torch transformers",
            "  ./mojave bench compare --peer-python peers/bin/python --shape 4,4,128,64,65 --batch 12",
            "  ./mojave bench compare --work routers --pairs 8"
        })
final class BenchCompareVerb implements Verb {
    private static final String TRAIN = "train";
    private static final String MOE = "moe";
    private static final String DECODE = "decode";
    private static final String SCORE = "score";
    private static final String ROUTERS = "routers";
    private static final String MOEP = "moep";

    @Option(
            names = "--peer-python",
            paramLabel = "PYTHON",
            description =
                    "Python interpreter with torch, and with transformers for all work but train; routers and moep need none.")
    private @Nullable Path python;

    @Option(
            names = "--work",
            paramLabel = "WORK",
            description =
                    "Compared with other programs: train (a dense model: --shape, --batch), moe (--experts, --top-k), decode (--shape)"
                            + " or score (--shape, --batch texts). Within Mojave: routers (each causal router with top-k) or moep"
                            + " (MoEP with a dense model of equal active size). Default: ${DEFAULT-VALUE}.")
    private String work = TRAIN;

    @Option(
            names = "--shape",
            paramLabel = "L,H,D,T,V",
            description =
                    "Layers, heads, hidden size, context, vocabulary; default: as in bench train, decode or score.")
    private @Nullable String shape;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Sequences per step, or texts to score; default: as in bench train or score.")
    private @Nullable Integer batch;

    @Mixin
    private MixtureOptions mixture = new MixtureOptions();

    @Option(names = "--pairs", paramLabel = "N", description = "Rounds; default: ${DEFAULT-VALUE}.")
    private int pairs = 20;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            description =
                    "Only the programs whose names contain one of these texts, such as 'fp32'; separate several with commas.")
    private String only = "";

    @Option(names = "--record", paramLabel = "FILE", description = "Also write the result to this file, as JSON.")
    private @Nullable Path record;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        Workload workload = workload();
        Optional<Path> interpreter = alone() ? Optional.empty() : Optional.of(python());
        // Chosen once: processes that each measured the machine could make different choices.
        EngineRequest chosen = EngineRequest.of(Engine.configure(engine.request(), console));
        List<CompareBench.Entry> others = others(interpreter, chosen);
        try (Signals stop = Signals.listen(console, "finishing this round first")) {
            CompareBench.run(workload, chosen, others, pairs, command(), console, stop)
                    .ifPresent(result -> show(result, asJson, console));
            return stop.exitCode();
        }
    }

    private void show(BenchComparison result, boolean asJson, Console console) {
        if (record != null) {
            write(record, result);
        }
        if (asJson) {
            console.json(result);
        } else {
            console.print(BenchText.of(result));
        }
    }

    /** Returns the command that repeats the comparison, without the path of the interpreter, which is private. */
    private String command() {
        String sizes = switch (work) {
            case MOE -> " --experts " + mixture.experts() + " --top-k " + mixture.topK();
            case ROUTERS, MOEP -> "";
            case DECODE -> " --shape " + shape().option();
            default -> " --shape " + shape().option() + " --batch " + batch();
        };
        return "./mojave bench compare"
                + (alone() ? "" : " --peer-python PYTHON")
                + (work.equals(TRAIN) ? "" : " --work " + work)
                + sizes
                + " --pairs " + pairs
                + (only.isEmpty() ? "" : " --only " + ShellWord.of(only));
    }

    private Shape shape() {
        String usual = switch (work) {
            case DECODE -> BenchDecodeVerb.SHAPE;
            case SCORE -> BenchScoreVerb.SHAPE;
            default -> ShapeOptions.SHAPE;
        };
        return Shape.parse(shape == null ? usual : shape);
    }

    private int batch() {
        int usual = work.equals(SCORE) ? BenchScoreVerb.SENTENCES : ShapeOptions.BATCH;
        return batch == null ? usual : batch;
    }

    private Workload workload() {
        return switch (work) {
            case TRAIN -> Workload.dense(shape(), batch());
            case MOE -> Workload.mixture(mixture.experts(), mixture.topK());
            case DECODE -> Workload.decode(shape(), WeightFormat.FP32);
            case SCORE -> Workload.score(shape(), batch());
            case ROUTERS -> Workload.routers().firstEntry().getValue();
            case MOEP -> Workload.denseAsMoep();
            default -> throw Failure.usage("--work '%s' is not one of train, moe, decode, score, routers, moep", work);
        };
    }

    /** Returns whether only Mojave's own models are compared. */
    private boolean alone() {
        return work.equals(ROUTERS) || work.equals(MOEP);
    }

    /** Returns the programs that are compared with the first one; those of Mojave's own use the chosen engine. */
    List<CompareBench.Entry> others(Optional<Path> interpreter, EngineRequest chosen) {
        List<CompareBench.Entry> others =
                interpreter.map(path -> beside(peers(path, chosen), chosen)).orElseGet(() -> ours(chosen));
        return others.stream()
                .filter(entry -> Arrays.stream(only.split(",")).anyMatch(entry.name()::contains))
                .toList();
    }

    private Path python() {
        if (python == null) {
            throw Failure.usage(
                    "--work %s compares with Python programs: add --peer-python with the interpreter of a virtual environment that has"
                            + " torch, and transformers for all work but train, such as peers/bin/python",
                    work);
        }
        return python.toAbsolutePath();
    }

    private static Peers peers(Path interpreter, EngineRequest chosen) {
        return new Peers(
                interpreter,
                Path.of(System.getProperty("mojave.root", "")).resolve("bench", "peers"),
                Integer.parseInt(chosen.threads()));
    }

    private List<CompareBench.Entry> ours(EngineRequest chosen) {
        return work.equals(MOEP)
                ? List.of(CompareBench.ours("Mojave, MoEP", Workload.moep(), chosen))
                : Workload.routers().entrySet().stream()
                        .skip(1)
                        .map(router -> CompareBench.ours("Mojave, " + router.getKey(), router.getValue(), chosen))
                        .toList();
    }

    private List<CompareBench.Entry> beside(Peers peers, EngineRequest chosen) {
        List<CompareBench.Entry> others = new ArrayList<>();
        switch (work) {
            case TRAIN -> others.addAll(peers.dense(shape(), batch()));
            case SCORE -> others.addAll(peers.score(shape(), batch()));
            case DECODE -> {
                for (WeightFormat format : List.of(WeightFormat.BF16, WeightFormat.INT8)) {
                    others.add(CompareBench.ours(
                            "Mojave, weights " + format.key(), Workload.decode(shape(), format), chosen));
                }
                others.addAll(peers.decode(shape()));
            }
            default -> others.addAll(mixtures(peers, chosen));
        }
        return others;
    }

    private List<CompareBench.Entry> mixtures(Peers peers, EngineRequest chosen) {
        List<CompareBench.Entry> others = new ArrayList<>();
        if (mixture.experts() > 1) {
            others.add(mixtureOf("Mojave, dense of equal active size", 1, chosen));
        }
        if (mixture.experts() > 4 && mixture.topK() <= 4) {
            others.add(mixtureOf("Mojave, 4 experts", 4, chosen));
        }
        others.addAll(peers.mixture(mixture.experts(), mixture.topK()));
        return others;
    }

    private CompareBench.Entry mixtureOf(String name, int experts, EngineRequest chosen) {
        return CompareBench.ours(name, Workload.mixture(experts, mixture.topK()), chosen);
    }

    private static void write(Path file, BenchComparison result) {
        try {
            AtomicFiles.write(file.toAbsolutePath(), Json.pretty(result) + "\n");
        } catch (IOException e) {
            throw IoFailures.of("write the result", file, e);
        }
    }
}
