package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ShellWords;
import dev.mojave.base.tree.Json;
import dev.mojave.cli.verb.TrainVerb;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.run.recipe.StudyRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands that are printed for the user to type are read by a shell as intended, whatever the names of files. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a POSIX shell is what the commands are for")
class NextStepsTest {
    private static final String AWKWARD = "it's \"$HOME\" & `more`";

    @TempDir
    Path folder;

    private Path awkward() throws IOException {
        return Files.createDirectories(folder.resolve(AWKWARD));
    }

    private static String after(String text, String mark) {
        assertThat(text).contains(mark);
        return text.substring(text.indexOf(mark) + mark.length()).strip();
    }

    private Path recipe() throws IOException {
        Path text = Files.writeString(awkward().resolve("text.txt"), "a line of text\n".repeat(60));
        return Files.writeString(
                awkward().resolve("a recipe.yaml"), String.format(Locale.ROOT, """
                name: small
                data: {source: %s, tokenizer: byte, validation: {tail: 0.2}}
                model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16}
                train: {batch_size: 2, steps: 2, learning_rate: 1.0e-3}
                engine: {precision: fp32}
                """, Json.pretty(text.toString())));
    }

    @Test
    void trainsNextStepsAndItsRecordAreCommands() throws Exception {
        Path recipe = recipe();
        CliResult trained =
                CliResult.run("train", recipe.toString(), "--output", awkward().toString(), "--set", "train.steps=1");
        assertThat(trained.code()).as(trained.err()).isZero();
        String run = awkward().resolve("small").toString();
        assertThat(ShellWords.read(after(trained.out(), "Next:")))
                .containsExactly("./mojave", "generate", run, "./mojave", "report", run);
        String command = Json.tree(Files.readString(Path.of(run, "provenance.json")))
                .path("command")
                .stringValue();
        assertThat(ShellWords.read(command))
                .containsExactly(
                        "mojave",
                        "train",
                        recipe.toString(),
                        "--set",
                        "train.steps=1",
                        "--output",
                        awkward().toString());
    }

    @Test
    void theCommandThatResumesTrainingHasEveryOptionThatIdentifiesTheRun() throws Exception {
        List<String> typed = List.of(
                "./-a recipe.yaml", "--name", "n", "--set", "data.text=it's", "--set", "a=$b", "--output", "my runs");
        TrainVerb verb = new TrainVerb();
        new CommandLine(verb).parseArgs(typed.toArray(String[]::new));
        assertThat(ShellWords.read(verb.retyped())).isEqualTo(typed);
        TrainVerb started = new TrainVerb();
        new CommandLine(started).parseArgs("r.yaml", "--from", "an old run");
        assertThat(started.command()).isEqualTo("mojave train r.yaml --from 'an old run'");
    }

    @Test
    void importsNextStepIsACommand() throws Exception {
        Path exported = folder.resolve("exported");
        assertThat(CliResult.run("train", recipe().toString(), "--output", folder.toString())
                        .code())
                .isZero();
        assertThat(CliResult.run("export", folder.resolve("small").toString(), exported.toString())
                        .code())
                .isZero();
        CliResult imported = CliResult.run(
                "import",
                exported.toString(),
                "--name",
                "m",
                "--output",
                awkward().toString());
        assertThat(imported.code()).as(imported.err()).isZero();
        assertThat(ShellWords.read(after(imported.out(), "Next:")))
                .containsExactly("./mojave", "generate", awkward().resolve("m").toString(), "--prompt", "...");
    }

    private static String message(ThrowingCallable call) {
        return String.valueOf(
                Assertions.catchThrowableOfType(Failure.class, call).getMessage());
    }

    @Test
    void aRecipeOfTheOtherKindNamesItsVerb() throws Exception {
        Path file = recipe();
        String one = message(() -> StudyRecipe.read(file, List.of()));
        String train = after(one, "train it with: ");
        assertThat(ShellWords.read(train.substring(0, train.indexOf(" (a study"))))
                .containsExactly("mojave", "train", file.toString());
        String other = message(() -> RecipeDraft.read(file, List.of("arms.a.model.hidden_size=16")));
        assertThat(ShellWords.read(after(other, "run it with: "))).containsExactly("mojave", "study", file.toString());
    }

    @Test
    void aPromptMayBeginWithAnAtSign() throws IOException {
        Files.writeString(folder.resolve("words"), "--no-such-option");
        String text = "@" + folder.resolve("words");
        CliResult result = CliResult.run("tokenizer", "encode", "--tokenizer", "byte", "--text", text);
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().strip().split(" ", -1)).hasSize(text.length());
    }
}
