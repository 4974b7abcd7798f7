package dev.mojave.lab.study;

import dev.mojave.base.JavaCommand;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What {@link TrialProcessTest} starts in place of a trial. */
final class PretendTrial {
    /** For a JVM that starts fast and does little. */
    static final List<String> FLAGS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m");

    private PretendTrial() {}

    public static void main(String[] arguments) throws Exception {
        ChildLink link =
                new ChildLink(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
        switch (arguments[0]) {
            case "refuse" -> {
                new FileOutputStream(FileDescriptor.out)
                        .write("a native library prints\n".getBytes(StandardCharsets.UTF_8));
                link.start("training", 10, "steps");
                link.update(4, "loss 2.0");
                link.say("kept");
                link.failed("the loss is not finite");
                link.exit(5);
            }
            case "mumble" -> {
                System.err.println("something went wrong");
                link.exit(3);
            }
            case "wait" -> {
                Path marker = Path.of(arguments[1]);
                link.start("training", 10, "steps");
                Files.writeString(marker, String.valueOf(ProcessHandle.current().pid()));
                while (!link.requested()) {
                    Thread.sleep(10);
                }
                Files.writeString(marker, "saved");
                link.exit(link.exitCode());
            }
            case "own" -> {
                // A study in small: it runs a trial that waits.
                TrialProcess.run(
                        JavaCommand.of(FLAGS, PretendTrial.class, List.of("wait", arguments[1])),
                        Path.of(arguments[2]),
                        message -> {},
                        dev.mojave.base.StopSignal.NEVER);
                link.exit(0);
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }
}
