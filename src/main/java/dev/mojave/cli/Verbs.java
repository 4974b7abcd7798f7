package dev.mojave.cli;

import dev.mojave.cli.verb.DoctorVerb;
import dev.mojave.cli.verb.EvalVerb;
import dev.mojave.cli.verb.ExportVerb;
import dev.mojave.cli.verb.GenerateVerb;
import dev.mojave.cli.verb.ImportVerb;
import dev.mojave.cli.verb.ModelsVerb;
import dev.mojave.cli.verb.ParityVerb;
import dev.mojave.cli.verb.ReportVerb;
import dev.mojave.cli.verb.RunsVerb;
import dev.mojave.cli.verb.TrainVerb;
import dev.mojave.cli.verb.bench.BenchVerb;
import dev.mojave.cli.verb.data.DataVerb;
import dev.mojave.cli.verb.study.PlanVerb;
import dev.mojave.cli.verb.study.QuickstartVerb;
import dev.mojave.cli.verb.study.ReproduceVerb;
import dev.mojave.cli.verb.study.StudyVerb;
import dev.mojave.cli.verb.study.SweepVerb;
import dev.mojave.cli.verb.tokenizer.TokenizerVerb;
import java.util.List;
import java.util.Optional;

/** The verbs, in the order of the help text. A start creates only the requested one, because picocli reads the annotations of every verb it is given. */
public final class Verbs {
    /** The names of the verbs, which are the same as in their annotations. */
    static final List<String> NAMES = List.of(
            "quickstart",
            "study",
            "sweep",
            "plan",
            "train",
            "reproduce",
            "eval",
            "generate",
            "runs",
            "report",
            "data",
            "tokenizer",
            "models",
            "import",
            "export",
            "parity",
            "doctor",
            "bench");

    private static final ThisProgram OWN = new ThisProgram();

    private Verbs() {}

    /** Returns a new instance of every verb; picocli sets their fields. */
    static List<Object> all() {
        return NAMES.stream().map(name -> named(name).orElseThrow()).toList();
    }

    /** Returns a new instance of the verb with this name, if there is one. */
    static Optional<Object> named(String name) {
        // A switch rather than a map of suppliers: linking all of them would take longer than this saves.
        return switch (name) {
            case "quickstart" -> Optional.of(new QuickstartVerb(OWN));
            case "study" -> Optional.of(new StudyVerb(OWN));
            case "sweep" -> Optional.of(new SweepVerb(OWN));
            case "plan" -> Optional.of(new PlanVerb(OWN));
            case "train" -> Optional.of(new TrainVerb());
            case "reproduce" -> Optional.of(new ReproduceVerb());
            case "eval" -> Optional.of(new EvalVerb());
            case "generate" -> Optional.of(new GenerateVerb());
            case "runs" -> Optional.of(new RunsVerb());
            case "report" -> Optional.of(new ReportVerb());
            case "data" -> Optional.of(new DataVerb());
            case "tokenizer" -> Optional.of(new TokenizerVerb());
            case "models" -> Optional.of(new ModelsVerb());
            case "import" -> Optional.of(new ImportVerb());
            case "export" -> Optional.of(new ExportVerb());
            case "parity" -> Optional.of(new ParityVerb());
            case "doctor" -> Optional.of(new DoctorVerb());
            case "bench" -> Optional.of(new BenchVerb());
            default -> Optional.empty();
        };
    }
}
