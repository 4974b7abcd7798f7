package dev.mojave.base.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that starts another process of this program: same Java, same flags, same class path. */
public final class JavaCommand {
    /** Says whether a process may measure the machine; set while a process runs, it holds for those that it starts. */
    public static final String CALIBRATION_PROPERTY = "mojave.calibration";

    // A debugger's port or an agent's output file belongs to one process; descriptor 3 is the launcher's gift to the
    // parent, and the terminal is the parent's to draw on.
    private static final List<String> NOT_INHERITED =
            List.of("-agentlib:", "-agentpath:", "-javaagent:", "-Xrunjdwp", "-Dmojave.stderr=", "-Dmojave.terminal=");

    private JavaCommand() {}

    /** Returns the command that runs a main class with the flags of this process. */
    public static List<String> of(Class<?> main, List<String> arguments) {
        return of(ManagementFactory.getRuntimeMXBean().getInputArguments(), main, arguments);
    }

    /** Returns the command that runs a main class with the flags of this process, which {@linkplain OwnedProcess owns} the other. */
    public static List<String> owned(Class<?> main, List<String> arguments) {
        List<String> flags =
                new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        if (!flags.contains(OwnedProcess.flag())) {
            flags.add(OwnedProcess.flag());
        }
        return of(flags, main, arguments);
    }

    /** Returns the command that runs a main class with other flags. */
    public static List<String> of(List<String> flags, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        flags.stream()
                .filter(flag -> NOT_INHERITED.stream().noneMatch(flag::startsWith))
                .forEach(command::add);
        // Java looks it up again in each process; see UserHome.
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
