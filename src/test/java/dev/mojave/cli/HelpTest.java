package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {
    private static final CommandLine ROOT =
            new CommandTree(new Console(System.out, () -> System.err, Terminal.NONE)).root();

    @ParameterizedTest
    @ValueSource(strings = {"-h", "--help", "help"})
    void topLevelHelpIsTheFileWordForWord(String asked) throws Exception {
        assertThat(HelpText.topLevel())
                .as("to update it: ./mojave --help --version > src/main/resources/dev/mojave/cli/help.txt")
                .isEqualTo(CommandTree.help(ROOT));
        assertThat(CliResult.run(asked)).isEqualTo(new CliResult(0, HelpText.topLevel() + "\n", ""));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyVerbDescribesItselfAndEndsWithAnExample(CommandSpec spec) {
        String help = CommandTree.help(spec.commandLine());

        assertThat(spec.usageMessage().description()).as("description").isNotEmpty();
        List<String> lines = help.lines().toList();
        int example = lines.lastIndexOf("Example:");
        assertThat(example).as("help ends with a section 'Example:'\n%s", help).isPositive();
        assertThat(lines.subList(example + 1, lines.size()))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).startsWith("  "))
                .anySatisfy(line -> assertThat(line).startsWith("  ./" + spec.qualifiedName()));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyOptionIsDescribedAndNamedOnceAcrossAVerb(CommandSpec spec) {
        List<String> names = new ArrayList<>();
        for (OptionSpec option : spec.options()) {
            names.addAll(List.of(option.names()));
        }
        assertThat(names).doesNotHaveDuplicates();
        assertThat(names).allMatch(name -> name.matches("-[a-zA-Z]|--[a-z][a-z0-9-]*"), "kebab-case");
        assertThat(spec.args())
                .allSatisfy(
                        arg -> assertThat(description(arg)).as(arg.toString()).isNotBlank());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyVerbAnswersHelp(CommandSpec spec) {
        List<String> line = new ArrayList<>(List.of(spec.qualifiedName().split(" ")));
        line.set(0, "--help");
        List<String> arguments = new ArrayList<>(line.subList(1, line.size()));
        arguments.add("--help");
        CliResult result = CliResult.run(arguments.toArray(String[]::new));

        assertThat(result.code()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo(CommandTree.help(spec.commandLine()) + "\n");
    }

    @Test
    void versionNamesBuildAndJava() {
        CliResult result = CliResult.run("--version");
        assertThat(result.code()).isZero();
        assertThat(result.out()).matches("mojave \\d+\\.\\d+\\.\\d+\\S* \\(\\S+\\), Java \\d+\\S*, .+\\n");
    }

    private static String description(ArgSpec arg) {
        return String.join(" ", arg.description());
    }

    static Stream<CommandSpec> commands() {
        List<CommandSpec> found = new ArrayList<>();
        collect(ROOT.getCommandSpec(), found);
        return found.stream();
    }

    private static void collect(CommandSpec spec, List<CommandSpec> found) {
        found.add(spec);
        spec.subcommands().values().forEach(child -> collect(child.getCommandSpec(), found));
    }
}
