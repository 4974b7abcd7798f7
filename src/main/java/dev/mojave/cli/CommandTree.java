package dev.mojave.cli;

import dev.mojave.base.BuildInfo;
import dev.mojave.base.Suggest;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.StandardError;
import dev.mojave.cli.verb.Verb;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The picocli tree of all verbs: parses command lines, prints help and version, and suggests corrections for mistyped words. */
final class CommandTree {
    /** The root command, which only contains the verbs. */
    @Command(
            name = "mojave",
            customSynopsis = "./mojave VERB [OPTIONS]",
            description = {
                "",
                "A laboratory for small language models: it trains, measures and compares dense and mixture-of-experts",
                "transformers."
            },
            footer = {
                "",
                "'./mojave VERB --help' explains a verb and ends with an example that runs.",
                "",
                "Exit codes: 0 success; 1 a check failed; 2 usage, configuration, paths; 3 this machine (JDK, native",
                "libraries, memory, disk); 4 data or model files; 5 training failed; 129, 130, 143 ended by a signal.",
                "Environment: MOJAVE_HOME (data and caches), MOJAVE_JAVA_OPTS (flags for Java), JAVA_HOME, NO_COLOR.",
                "",
                "Example:",
                "  ./mojave quickstart --quick"
            })
    static final class Root {}

    private static final List<String> VERBS =
            List.of(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, UsageMessageSpec.SECTION_KEY_COMMAND_LIST);

    private final Console console;
    private final CommandLine root;

    /** Creates the tree of all verbs. */
    CommandTree(Console console) {
        this(console, Verbs.all());
    }

    private CommandTree(Console console, List<Object> verbs) {
        this.console = console;
        this.root = new CommandLine(new Root());
        verbs.forEach(root::addSubcommand);
        WholeNumbers.register(root);
        // A prompt that begins with @ is a prompt, not the name of a file that contains arguments.
        root.setExpandAtFiles(false);
        root.getCommandSpec()
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Print version, commit and Java, and exit.")
                        .build());
        equip(root.getCommandSpec());
        List<String> sections = new ArrayList<>(root.getHelpSectionKeys());
        sections.removeAll(VERBS);
        sections.addAll(sections.indexOf(UsageMessageSpec.SECTION_KEY_PARAMETER_LIST_HEADING), VERBS);
        root.setHelpSectionKeys(sections);
        root.setUsageHelpLongOptionsMaxWidth(26).setUsageHelpWidth(110);
    }

    /** Creates the tree that a command line needs: its verb alone, or all verbs if it does not begin with one. */
    static CommandTree of(Console console, String... arguments) {
        return Arrays.stream(arguments)
                .findFirst()
                .flatMap(Verbs::named)
                .map(verb -> new CommandTree(console, List.of(verb)))
                .orElseGet(() -> new CommandTree(console));
    }

    /** Adds the same help option to a command and to all of its subcommands. */
    private static void equip(CommandSpec spec) {
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Print this help and exit.")
                .build());
        spec.usageMessage()
                .sortOptions(false)
                .synopsisSubcommandLabel("VERB")
                .commandListHeading("%nVerbs:%n")
                .parameterListHeading("%nArguments:%n")
                .optionListHeading("%nOptions:%n");
        spec.subcommands().values().forEach(child -> equip(child.getCommandSpec()));
    }

    /** Returns the tree for inspection. */
    CommandLine root() {
        return root;
    }

    /** Parses and runs a command line. Usage errors are printed here; other failures are thrown. */
    int execute(String... arguments) throws Exception {
        ParseResult result;
        try {
            result = root.parseArgs(arguments);
        } catch (ParameterException e) {
            return usage(e.getCommandLine(), message(e));
        }
        for (ParseResult part = result; part != null; part = part.subcommand()) {
            if (part.isUsageHelpRequested()) {
                console.print(help(part.commandSpec().commandLine()));
                return ExitCodes.OK;
            }
        }
        if (result.isVersionHelpRequested()) {
            console.print(version());
            return ExitCodes.OK;
        }
        List<CommandLine> chain = result.asCommandLineList();
        CommandLine last = chain.getLast();
        if (last.getCommandSpec().userObject() instanceof Verb verb) {
            StandardError.restore();
            return verb.run(console);
        }
        return usage(
                last,
                last.getParent() == null
                        ? "a verb is missing"
                        : "'" + last.getCommandName() + "' needs one of its verbs");
    }

    private int usage(CommandLine command, String message) {
        console.error(message);
        console.say("'./" + command.getCommandSpec().qualifiedName() + " --help' shows the usage.");
        return ExitCodes.USAGE;
    }

    private static String message(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String typed = unmatched.getUnmatched().getFirst();
            CommandSpec spec = e.getCommandLine().getCommandSpec();
            if (typed.startsWith("-")) {
                String name = typed.split("=", 2)[0];
                List<String> options = new ArrayList<>(spec.optionsMap().keySet());
                return "unknown option '" + name + "'" + Suggest.didYouMean(name, options);
            }
            return spec.userObject() instanceof Verb
                    ? "unexpected argument '" + typed + "'"
                    : "unknown verb '" + typed + "'"
                            + Suggest.didYouMean(typed, spec.subcommands().keySet());
        }
        return String.valueOf(e.getMessage());
    }

    /** Returns the help text of a command. */
    static String help(CommandLine command) {
        return command.getUsageMessage(Help.Ansi.OFF).stripTrailing();
    }

    private static String version() {
        BuildInfo build = BuildInfo.current();
        return String.format(
                Locale.ROOT,
                "mojave %s (%s), Java %s, %s %s",
                build.version(),
                build.commit(),
                Runtime.version(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"));
    }
}
