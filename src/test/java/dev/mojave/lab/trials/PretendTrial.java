package dev.mojave.lab.trials;

import dev.mojave.base.StopSignal;
import dev.mojave.base.process.JavaCommand;
import dev.mojave.base.process.OwnedProcess;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program that {@link LocalExecutorTest} starts in place of a trial; the name of its folder determines what it does. */
final class PretendTrial {
    /** Options for a JVM that starts fast. */
    private static final List<String> FLAGS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", OwnedProcess.flag());

    private static final String PREFIX_OF_REASONS = "mojave: ";

    private PretendTrial() {}

    /** Commands that start this program. */
    static final class Commands implements TrialCommands {
        @Override
        public List<String> train(Path folder) {
            return command(folder.getFileName().toString(), folder.toString());
        }

        @Override
        public List<String> plan(Path recipe, int threads) {
            return command("plan", recipe.toString(), Integer.toString(threads));
        }
    }

    static List<String> command(String... arguments) {
        return JavaCommand.of(FLAGS, PretendTrial.class, List.of(arguments));
    }

    public static void main(String[] arguments) throws Exception {
        OwnedProcess process = OwnedProcess.ofThisProcess().orElseThrow();
        switch (arguments[0]) {
            case "refuse" -> {
                print("a native library prints");
                print(PREFIX_OF_REASONS + "the loss is not finite");
                process.exit(5);
            }
            case "mumble" -> {
                print("something went wrong");
                process.exit(3);
            }
            case "work" -> process.exit(0);
            case "wait", "wait-too" -> {
                Path marker = Path.of(arguments[1], "marker");
                Files.createDirectories(marker.getParent());
                Files.writeString(marker, String.valueOf(ProcessHandle.current().pid()));
                while (!process.requested()) {
                    Thread.sleep(10);
                }
                Files.writeString(marker, "saved");
                process.exit(process.exitCode());
            }
            case "own" -> {
                // A minimal study: it runs a trial that waits.
                Trial trial = LocalExecutorTest.trial(Path.of(arguments[1]));
                new LocalExecutor(1, new Commands()).run(List.of(trial), new Recorder(), StopSignal.NEVER);
                process.exit(0);
            }
            case "plan" -> {
                // A step takes as long with one thread as with two, so two trials side by side make twice as many
                // steps.
                print("{\"step_seconds\": "
                        + (Files.readString(Path.of(arguments[1])).contains("slow")
                                ? 3.0 / Integer.parseInt(arguments[2])
                                : 1.0)
                        + "}");
                process.exit(0);
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void print(String line) throws Exception {
        new FileOutputStream(FileDescriptor.out).write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Records the events of an executor. */
    static final class Recorder implements TrialListener {
        final List<String> events = new ArrayList<>();
        final List<TrialOutcome> outcomes = new ArrayList<>();
        private int running;
        int most;

        @Override
        public void started(Trial trial) {
            events.add("started " + trial.name());
            running++;
            most = Math.max(most, running);
        }

        @Override
        public void reached(Trial trial, long step, long totalSteps, double loss) {
            events.add(trial.name() + " " + step + "/" + totalSteps);
        }

        @Override
        public void ended(Trial trial, TrialOutcome outcome) {
            events.add("ended " + trial.name());
            outcomes.add(outcome);
            running--;
        }
    }
}
