package dev.mojave.cli.verb.study;

import dev.mojave.base.tree.Yaml;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.verb.Verb;
import dev.mojave.lab.design.StudyDesign;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the study in recipes/quickstart.yaml, which is in the jar, too. */
@Command(
        name = "quickstart",
        description = {
            "Does a mixture of experts beat dense models of its size? A first study, in minutes.",
            "",
            "It trains three arms (the mixture, and dense models of equal active and of equal total size) with four seeds on bundled text, and"
                    + " ends with a verdict with intervals, a table and an HTML report."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave quickstart --quick")
public final class QuickstartVerb implements Verb {
    @Option(names = "--quick", description = "Train less and with two seeds: about a minute, for a first look.")
    private boolean quick;

    @Mixin
    private final StudyOptions options;

    /** Creates the verb; each trial is trained in a process of its own. */
    public QuickstartVerb(OwnProgram program) {
        this.options = new StudyOptions(program);
    }

    @Override
    public int run(Console console) throws IOException {
        Path file = Path.of("recipes", quick ? "quickstart-quick.yaml" : "quickstart.yaml");
        StudyDesign study = StudyDesign.of(Yaml.parse(text(file), file.toString()), file, options.settings(), false);
        return StudyVerb.run(console, study, options, "./mojave quickstart" + (quick ? " --quick" : ""), true);
    }

    private static String text(Path file) throws IOException {
        String resource = "/recipes/" + file.getFileName();
        try (InputStream in = Objects.requireNonNull(QuickstartVerb.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
