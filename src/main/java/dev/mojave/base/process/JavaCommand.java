package dev.mojave.base.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Builds the command that starts this program in another process with the same Java, flags and class path. */
public final class JavaCommand {
    /** The system property that states whether a process may measure the machine; it is passed on to the processes that it starts. */
    public static final String CALIBRATION_PROPERTY = "mojave.calibration";

    // A debugger's port or an agent's output file belongs to one process; descriptor 3 belongs to the process that the
    // launcher started, and only the parent draws on the terminal.
    private static final List<String> NOT_INHERITED =
            List.of("-agentlib:", "-agentpath:", "-javaagent:", "-Xrunjdwp", "-Dmojave.stderr=", "-Dmojave.terminal=");

    private JavaCommand() {}

    /** Returns the command that runs a main class with the flags of this process. */
    public static List<String> of(Class<?> main, List<String> arguments) {
        return of(ManagementFactory.getRuntimeMXBean().getInputArguments(), main, arguments);
    }

    /** Returns the command that runs a main class with the flags of this process in a process {@linkplain OwnedProcess owned} by this one. */
    public static List<String> owned(Class<?> main, List<String> arguments) {
        List<String> flags =
                new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        if (!flags.contains(OwnedProcess.flag())) {
            flags.add(OwnedProcess.flag());
        }
        return of(flags, main, arguments);
    }

    /** Returns the command that runs a main class with the given flags. */
    public static List<String> of(List<String> flags, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        flags.stream()
                .filter(flag -> NOT_INHERITED.stream().noneMatch(flag::startsWith))
                .forEach(command::add);
        // Java would look it up again in each process; see UserHome.
        command.add("-Duser.home=" + System.getProperty("user.home"));
        String calibration = System.getProperty(CALIBRATION_PROPERTY);
        if (calibration != null) {
            command.add("-D" + CALIBRATION_PROPERTY + "=" + calibration);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return command;
    }
}
