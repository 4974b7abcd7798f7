package dev.mojave.cli;

import dev.mojave.base.Failure;
import dev.mojave.lab.study.StudyRunner;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code study} and {@code quickstart} have in common. */
final class StudyOptions {
    @Option(names = "--output", paramLabel = "DIR", description = "Folder for the study's folder. Default: runs.")
    private Path output = Path.of("runs");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of the study and its folder. Default: the recipe's.")
    private @Nullable String name;

    @Option(
            names = "--resume",
            paramLabel = "auto",
            description = "Go on with a study of that name: finished trials are kept, others go on where they stopped.")
    private @Nullable String resume;

    @Option(names = "--overwrite", description = "Replace a study of that name.")
    private boolean overwrite;

    @Option(names = "--print-config", description = "Print the whole study, every default filled in, and exit.")
    private boolean printConfig;

    @Option(names = "--json", description = "Print results.json on standard output, all else on standard error.")
    private boolean json;

    boolean printConfig() {
        return printConfig;
    }

    boolean json() {
        return json;
    }

    /** Returns the name as an argument of {@code --set}, if one was given. */
    List<String> nameSetting() {
        return name == null ? List.of() : List.of("name=" + name);
    }

    StudyRunner.Options runner(String command) {
        if (resume != null && !resume.equals("auto")) {
            throw Failure.usage("--resume takes 'auto', not '%s': it finds where to go on by itself", resume);
        }
        return new StudyRunner.Options(output, resume != null, overwrite, command);
    }

    /** Returns the options that say which study it is, as typed. */
    String retyped() {
        StringBuilder text = new StringBuilder();
        if (name != null) {
            text.append(" --name ").append(name);
        }
        if (!output.equals(Path.of("runs"))) {
            text.append(" --output ").append(ShellWord.of(output.toString()));
        }
        return text.toString();
    }
}
