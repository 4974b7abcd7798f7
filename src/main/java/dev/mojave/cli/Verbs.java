package dev.mojave.cli;

import java.util.List;

/** The verbs in the order of the help text. */
final class Verbs {
    private Verbs() {}

    /** Returns a new instance of every verb; picocli fills their fields. */
    static List<Object> all() {
        return List.of(
                new QuickstartVerb(),
                new StudyVerb(),
                new PlanVerb(),
                new TrainVerb(),
                new EvalVerb(),
                new GenerateVerb(),
                new RunsVerb(),
                new ReportVerb(),
                new DataVerb(),
                new TokenizerVerb(),
                new ModelsVerb(),
                new ImportVerb(),
                new ExportVerb(),
                new ParityVerb(),
                new DoctorVerb(),
                new BenchVerb());
    }
}
