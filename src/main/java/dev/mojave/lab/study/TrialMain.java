package dev.mojave.lab.study;

import dev.mojave.base.Failure;
import dev.mojave.run.RecipeDraft;
import dev.mojave.tensor.engine.EngineChoice;
import dev.mojave.train.TrainRun;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a trial's process runs: one training run of a study that is there. It goes on where an earlier process stopped. Started by
 * {@link StudyRunner} alone; it talks to the study over its pipes ({@link ChildLink}).
 */
final class TrialMain {
    private static final int INTERNAL = Failure.Kind.ENVIRONMENT.exitCode();

    private TrialMain() {}

    /** Returns the arguments for {@link #main}. */
    static List<String> arguments(StudyFolder folder, Arms.Trial trial) {
        return List.of(folder.path().toString(), trial.arm().name(), Long.toString(trial.seed()));
    }

    /** Runs the trial and ends the process. */
    public static void main(String[] arguments) {
        ChildLink link =
                new ChildLink(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
        link.exit(run(link, arguments));
    }

    private static int run(ChildLink link, String... arguments) {
        try {
            StudyFolder folder = StudyFolder.open(Path.of(arguments[0]));
            return train(folder, trial(folder, arguments[1], Long.parseLong(arguments[2])), link);
        } catch (Failure e) {
            link.failed(String.valueOf(e.getMessage()));
            return e.kind().exitCode();
        } catch (OutOfMemoryError e) {
            link.failed("out of memory (" + e.getMessage() + "); lower train.batch_size or train.micro_batch_size");
            return Failure.Kind.ENVIRONMENT.exitCode();
        } catch (Throwable e) {
            link.say(trace(e));
            link.failed("internal error: " + e);
            return INTERNAL;
        }
    }

    private static Arms.Trial trial(StudyFolder folder, String arm, long seed) {
        return Arms.resolve(folder.recipe(), folder.facts().vocabulary()).trials().stream()
                .filter(trial -> trial.arm().name().equals(arm) && trial.seed() == seed)
                .findFirst()
                .orElseThrow(() -> Failure.usage("%s has no trial %s/seed-%d", folder.path(), arm, seed));
    }

    private static int train(StudyFolder folder, Arms.Trial trial, ChildLink link) {
        EngineChoice engine = EngineChoice.of(folder.provenance().engine());
        RecipeDraft recipe = RecipeDraft.of(trial.recipe(engine).tree(), folder.path() + ", trial " + trial.name());
        TrainRun.Options options = new TrainRun.Options(
                folder.arm(trial.arm().name()),
                true,
                false,
                Optional.empty(),
                folder.provenance().command());
        TrainRun.Result result = TrainRun.run(recipe, options, link, link);
        return result.finished() ? 0 : TrialProcess.STOPPED;
    }

    private static String trace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
