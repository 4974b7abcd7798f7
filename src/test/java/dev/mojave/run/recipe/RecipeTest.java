package dev.mojave.run.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.HeldOut;
import dev.mojave.nn.RateShape;
import dev.mojave.optim.AdamW;
import dev.mojave.run.folder.Resume;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public class RecipeTest {
    public static final String TYPED = """
            name: moe
            data:
              source: embedded
              tokenizer: byte
            model:
              preset: gpt2
              hidden_size: 128
              num_hidden_layers: 4
              num_attention_heads: 4
              max_position_embeddings: 64
              moe: {num_experts: 4, num_experts_per_tok: 2, losses: {switch_balance: 0.01}}
            train:
              batch_size: 12
              steps: 2k
              learning_rate: 1e-3
              eval_tokens: 50k
            """;

    @TempDir
    Path folder;

    private RecipeDraft read(String text, String... sets) {
        try {
            return RecipeDraft.read(Files.writeString(folder.resolve("r.yaml"), text), List.of(sets));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aMixtureThatCannotLearnIsRefusedBeforeItIsTrained() {
        assertThatThrownBy(() -> read(TYPED, "model.moe.num_experts_per_tok=1", "model.moe.norm_topk_prob=true"))
                .isInstanceOf(Failure.class)
                .hasMessageEndingWith(
                        "model.moe: norm_topk_prob with num_experts_per_tok 1 makes every weight 1 and cuts the"
                                + " router's gradient; set norm_topk_prob to false");
    }

    @Test
    void fillsInEveryDefault() {
        RecipeDraft draft = read(TYPED);
        assertThat(draft.train())
                .isEqualTo(new TrainSpec(
                        12,
                        12,
                        2000L,
                        null,
                        null,
                        null,
                        1e-3,
                        new RateShape.Cosine(100, 1e-4),
                        new AdamW.Spec(List.of(0.9, 0.95), 1e-8, 0.1),
                        1.0,
                        250,
                        new TokenLimit(50_000),
                        new TrainSpec.Checkpoint(500, 3),
                        0,
                        10,
                        0,
                        false));
        assertThat(draft.train().length()).isEqualTo(new TrainLength.Steps(2000));
        assertThat(draft.engine()).isEqualTo(EngineRequest.DEFAULT);
        assertThat(draft.data().validation()).isEqualTo(HeldOut.documents(0.05));
        Recipe recipe = draft.resolve(257);
        assertThat(recipe.model().vocabSize()).isEqualTo(257);
        assertThat(recipe.model().feedForward().intermediateSize()).isEqualTo(512);
        assertThat(Records.tree(recipe.model()).at("/moe/losses").toString()).isEqualTo("{\"switch_balance\":0.01}");
    }

    @Test
    void printsARecipeThatRunsUnchanged() throws IOException {
        RecipeDraft draft = read(TYPED);
        assertThat(draft.yaml())
                .doesNotContain("preset")
                .doesNotContain("vocab_size")
                .contains("rope_theta: ");
        assertThat(read(draft.yaml()).yaml()).isEqualTo(draft.yaml());
        assertThat(read(draft.yaml()).resolve(257)).isEqualTo(draft.resolve(257));
        Recipe recipe = draft.resolve(257);
        Path file = Files.writeString(folder.resolve("recipe.yaml"), recipe.yaml());
        assertThat(Recipe.read(file)).isEqualTo(recipe);
        assertThat(Recipe.read(file).sha256()).isEqualTo(recipe.sha256()).hasSize(64);
        assertThat(RecipeDraft.read(file, List.of()).resolve(257)).isEqualTo(recipe);
        assertThat(read(TYPED, "train.seed=1").resolve(257).sha256()).isNotEqualTo(recipe.sha256());
    }

    @Test
    void takesAVocabularyThatIsSetIfItIsLargeEnough() {
        assertThat(read(TYPED, "model.vocab_size=512").resolve(257).model().vocabSize())
                .isEqualTo(512);
        assertThatThrownBy(() -> read(TYPED, "model.vocab_size=100").resolve(257))
                .hasMessage(folder.resolve("r.yaml")
                        + " with --set model.vocab_size=100: model.vocab_size (100) is smaller than the tokenizer's vocabulary (257);"
                        + " remove the key to use the tokenizer's size");
    }

    @Test
    void namesTheRunAfterItsFileUnlessTold() {
        assertThat(read(TYPED.replace("name: moe\n", "")).name()).isEqualTo("r");
        assertThat(read(TYPED).named("other").name()).isEqualTo("other");
        assertThat(RunNames.of("my recipe (2).yml")).isEqualTo("my-recipe--2-");
    }

    /** A share of all steps suits runs of several lengths; steps and share together would be two answers. */
    @Test
    void warmsUpForAFractionOfAllSteps() {
        RecipeDraft draft = read(TYPED, "train.schedule={kind: cosine, warmup_fraction: 0.25}");
        RateShape shape = draft.train().schedule();
        assertThat(shape).isEqualTo(new RateShape.Cosine(0, 0.25, 1e-4));
        assertThat(shape.warmup(10)).isEqualTo(3);
        assertThat(draft.train().rate().at(0, 8)).isEqualTo(draft.train().learningRate() / 3);
        assertThat(draft.train().rate().at(2, 8)).isEqualTo(draft.train().learningRate());
        assertThat(read(draft.yaml()).yaml()).isEqualTo(draft.yaml()).contains("warmup_fraction: 0.25");
        assertThatThrownBy(() -> read(TYPED, "train.schedule={warmup_fraction: 0.1, warmup_steps: 5}"))
                .hasMessageContaining(
                        "warmup_steps (5) and warmup_fraction (0.1) both give the length of the warm-up; remove one");
        assertThatThrownBy(() -> read(TYPED, "train.schedule={warmup_fraction: 1.0}"))
                .hasMessageContaining("warmup_fraction (1.0) must be at least 0 and below 1");
    }

    @Test
    void keepsSchedulesOfEveryKind() {
        assertThat(read(TYPED, "train.schedule=constant").train().schedule()).isEqualTo(new RateShape.Constant(100));
        assertThat(read(TYPED, "train.schedule={kind: wsd, warmup_steps: 5}")
                        .train()
                        .schedule())
                .isEqualTo(new RateShape.Wsd(5, 1e-4, 0.2));
        assertThat(read(TYPED, "train.schedule.kind=linear", "train.steps=50")
                        .train()
                        .schedule())
                .isEqualTo(new RateShape.Linear(5, 1e-4));
        RecipeDraft draft = read(TYPED, "train.schedule={kind: wsd, decay_fraction: 0.5}");
        assertThat(read(draft.yaml()).yaml()).isEqualTo(draft.yaml()).contains("    kind: wsd\n");
    }

    @Test
    void aScheduleThatWouldStartAfterTheEndIsRefused() {
        String late = "model.moe.losses={router_z: {kind: linear, from: 0.0, to: 0.01, start: 5000}}";
        assertThatThrownBy(() -> read(TYPED, late))
                .isInstanceOf(Failure.class)
                .hasMessageContaining(
                        "model.moe.losses.router_z starts at step 5000, but training has only 2000 steps, so the loss would never act; lower its start");
        assertThat(read(TYPED, late, "train.steps=6000").yaml()).contains("start: 5000");
    }

    @ParameterizedTest
    @ValueSource(strings = {".002", "2e-3", "0.002", "2.E-3", "'.002'"})
    void aRateWrittenInAnyWayGivesTheSameRecipe(String rate) {
        assertThat(read(TYPED, "train.learning_rate=" + rate).train().schedule())
                .isEqualTo(new RateShape.Cosine(100, 2e-4));
        assertThat(read(TYPED.replace("learning_rate: 1e-3", "learning_rate: " + rate), "train.learning_rate=" + rate)
                        .yaml())
                .isEqualTo(read(TYPED, "train.learning_rate=0.002").yaml());
    }

    @ParameterizedTest
    @ValueSource(strings = {"5e2", "500.0", "0.5k", "'500'", "5_00"})
    void aLengthWrittenInAnyWayGivesTheSameRecipe(String steps) {
        assertThat(read(TYPED, "train.steps=" + steps, "train.eval_tokens=" + steps, "model.hidden_size=1.28e2")
                        .yaml())
                .isEqualTo(
                        read(TYPED, "train.steps=500", "train.eval_tokens=500").yaml());
    }

    @Test
    void aSectionReplacesAndPlusLaysItOver() {
        RecipeDraft replaced = read(TYPED, "model.moe={num_experts: 8, num_experts_per_tok: 1}");
        assertThat(replaced.resolve(257)
                        .model()
                        .mixture()
                        .orElseThrow()
                        .choice()
                        .losses()
                        .schedules())
                .isEmpty();
        RecipeDraft over = read(TYPED, "model.moe+={num_experts: 8}");
        assertThat(over.resolve(257).model().mixture().orElseThrow().choice().numExperts())
                .isEqualTo(8);
        assertThat(over.yaml())
                .contains("switch_balance")
                .isEqualTo(read(TYPED, "model.moe.num_experts=8").yaml());
        assertThat(read(TYPED, "model.moe.losses={}", "model.moe.losses+={router_z: 0.1}")
                        .yaml())
                .contains("router_z")
                .doesNotContain("switch_balance");
        assertThat(read(TYPED, "train.schedule={kind: wsd, decay_fraction: 0.5}", "train.schedule=constant")
                        .train()
                        .schedule())
                .isEqualTo(new RateShape.Constant(100));
        assertThatThrownBy(() -> read(TYPED, "model.moe={num_experts_per_tok: 1}"))
                .hasMessageContaining("--set model.moe={num_experts_per_tok: 1}: model.moe.num_experts: is required");
        assertThatThrownBy(() -> read(TYPED, "train.steps+=5"))
                .hasMessage(
                        "--set train.steps+=5: += merges a section into the existing one, such as train.steps+={KEY: VALUE};"
                                + " write = to set a value");
        assertThatThrownBy(() -> read(TYPED, "+={a: 1}")).hasMessageContaining("expected KEY=VALUE");
        assertThatThrownBy(() -> read(TYPED, "train.steps.x+={a: 1}"))
                .hasMessageContaining("--set train.steps.x+={a: 1}: train.steps is a value");
    }

    @Test
    void replacesWhatExcludesEachOther() {
        assertThat(read(TYPED, "train.tokens=1M").train().length()).isEqualTo(new TrainLength.Tokens(1_000_000));
        assertThat(read(TYPED, "train.epochs=3", "train.words=2k").train().length())
                .isEqualTo(new TrainLength.Words(2000));
        assertThat(read(TYPED, "data.validation.documents=0.1", "data.validation.tail=0.2")
                        .data()
                        .validation())
                .isEqualTo(HeldOut.tail(0.2));
        assertThat(read(TYPED, "model.moe=null").resolve(257).model().mixture()).isEmpty();
        assertThat(read(TYPED, "train.eval_tokens=all").train().evalTokens()).isEqualTo(TokenLimit.ALL);
        assertThat(read(TYPED, "engine.threads=2").engine().threads()).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            train.stepz=500           | --set train.stepz=500: train.stepz: unknown key; did you mean 'steps'?
            trian.steps=500           | FILE with --set trian.steps=500: trian: unknown key; did you mean 'train'?
            train.steps=many          | --set train.steps=many: train.steps: expected a whole number such as 500, 50k or 10M, found "many"
            train.steps=              | --set train.steps= has no value; write null to remove the key
            train.steps               | --set train.steps: expected KEY=VALUE, for example --set train.steps=500
            =500                      | --set =500: expected KEY=VALUE, for example --set train.steps=500
            train..steps=500          | --set train..steps=500: expected KEY=VALUE, for example --set train.steps=500
            train.steps.x=1           | --set train.steps.x=1: train.steps is a value ("2k") and not a section, so it has no key 'x'
            train.steps=null          | FILE with --set train.steps=null: train: exactly one of steps, tokens, words and epochs must set the length of training; none is given
            train.micro_batch_size=5  | FILE with --set train.micro_batch_size=5: train: micro_batch_size (5) must be a divisor of batch_size (12)
            train.batch_size=0        | FILE with --set train.batch_size=0: train: batch_size (0) must be at least 1
            train.learning_rate=-1    | FILE with --set train.learning_rate=-1: train: learning_rate (-1.0) must be positive
            train.optimizer.betas=[1] | FILE with --set train.optimizer.betas=[1]: train.optimizer: betas ([1.0]) must be two numbers, each at least 0 and below 1
            train.optimizer.kind=sgd  | --set train.optimizer.kind=sgd: train.optimizer.kind: unknown value 'sgd' (one of adamw, muon)
            train.checkpoint.keep=0   | FILE with --set train.checkpoint.keep=0: train.checkpoint: keep (0) must be at least 1
            train.eval_tokens=0       | --set train.eval_tokens=0: train.eval_tokens: must be at least 1 token, or all
            train.schedule={kind: cosin} | --set train.schedule={kind: cosin}: train.schedule.kind: unknown value 'cosin'; did you mean 'cosine'? (one of cosine, linear, constant, wsd)
            train.schedule={kind: constant, min_learning_rate: 1} | --set train.schedule={kind: constant, min_learning_rate: 1}: train.schedule.min_learning_rate: unknown key for kind constant; known here: kind, warmup_steps, warmup_fraction
            train.schedule.warmup_steps=2000 | FILE with --set train.schedule.warmup_steps=2000: train: schedule.warmup_steps (2000) must be below steps (2000); set schedule.warmup_steps too
            model.preset=gtp2         | FILE with --set model.preset=gtp2: model.preset: unknown preset 'gtp2'; did you mean 'gpt2'? ('mojave models' lists them)
            model.moe.num_expert=8    | --set model.moe.num_expert=8: model.moe.num_expert: unknown key; did you mean 'num_experts'?
            model.moe.num_experts_per_tok=5 | FILE with --set model.moe.num_experts_per_tok=5: model.moe: num_experts_per_tok (5) must be between 1 and num_experts (4)
            model.num_attention_heads=5 | FILE with --set model.num_attention_heads=5: model: num_attention_heads (5) must divide hidden_size (128)
            engine.precision=fp16     | FILE with --set engine.precision=fp16: engine.precision: 'fp16' is not one of auto, fp32, bf16-mixed; did you mean 'fp32'?
            name=a/b                  | FILE with --set name=a/b: name ('a/b') must be a folder name of at most 100 letters, digits, '.', '_' and '-' that starts with a letter or a digit
            """)
    void namesTheFlagThatWasTyped(String set, String message) {
        assertThatThrownBy(() -> read(TYPED, set).resolve(257))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage(message.replace("FILE", folder.resolve("r.yaml").toString()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            seeds: [1]   | seeds: this recipe describes a study; run it with: mojave study FILE
            tain: {}     | tain: unknown key; did you mean 'train'?
            arms: {a: {}} | arms: this recipe describes a study; run it with: mojave study FILE
            """)
    void refusesWhatARunDoesNotHave(String line, String message) {
        String file = folder.resolve("r.yaml").toString();
        assertThatThrownBy(() -> read(TYPED + line + "\n")).hasMessage(file + ": " + message.replace("FILE", file));
    }

    @Test
    void namesMissingSections() {
        String file = folder.resolve("r.yaml").toString();
        assertThatThrownBy(() -> read("name: x\n")).hasMessage(file + ": data: is required");
        assertThatThrownBy(() -> read(TYPED.replace("  learning_rate: 1e-3\n", "")))
                .hasMessage(file + ": train.learning_rate: is required");
        assertThatThrownBy(() -> read(TYPED.replace("steps: 2k", "tokens: 1M\n  steps: 5")))
                .hasMessage(
                        file
                                + ": train: exactly one of steps, tokens, words and epochs must set the length of training; 2 are given");
    }

    @Test
    void refusesToResumeWithAnotherModelAndSaysWhy() {
        Recipe stored = read(TYPED).resolve(257);
        RunFolder run = RunFolder.create(folder, "moe", false);
        Recipe fewerSaves = read(
                        TYPED, "train.checkpoint.every=7", "train.eval_every=9", "engine.blas=openblas", "name=x")
                .resolve(257);
        Resume.check(run, stored, fewerSaves);
        Recipe wider = read(TYPED, "model.hidden_size=256", "model.moe=null").resolve(257);
        assertThatThrownBy(() -> Resume.check(run, stored, wider))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageStartingWith(
                        run.path() + " was started with another recipe and cannot resume with this one: "
                                + "model.hidden_size (128 there, 256 here), model.intermediate_size (512 there, 1024 here), model.moe (")
                .hasMessageEndingWith("; undo the change, or start again with another --name (--from " + run.path()
                        + " starts from its weights)");
        assertThat(Resume.check(run, stored, fewerSaves)).isFalse();
        assertThat(Resume.check(run, stored, read(TYPED, "train.steps=3k").resolve(257)))
                .as("another length is for the caller to judge")
                .isTrue();
        assertThatThrownBy(() -> Resume.check(
                        run,
                        stored,
                        read(TYPED, "train.steps=3k", "train.seed=9").resolve(257)))
                .hasMessageContaining("train.steps (2000 there, 3000 here), train.seed (0 there, 9 here)");
    }

    @Test
    void readsTheRecipeOfTheInterfaceDocument() {
        RecipeDraft draft = RecipeDraft.of(Yaml.parse("""
                        name: shakespeare-char-moe
                        data:
                          source: shakespeare-char
                          tokenizer: char
                          validation: {tail: 0.1}
                          test: {tail: 0.0}
                          split_seed: 0
                          document_separator: true
                        model:
                          preset: gpt2
                          hidden_size: 128
                          num_hidden_layers: 4
                          num_attention_heads: 4
                          max_position_embeddings: 64
                          moe:
                            num_experts: 4
                            num_experts_per_tok: 2
                            norm_topk_prob: true
                            decoder_sparse_step: 1
                            router: top_k
                            losses: {switch_balance: 0.01, router_z: 0.001}
                        train:
                          batch_size: 12
                          steps: 2000
                          learning_rate: 1.0e-3
                          schedule: {kind: cosine, warmup_steps: 100, min_learning_rate: 1.0e-4}
                          optimizer: {kind: adamw, betas: [0.9, 0.99], weight_decay: 0.1}
                          gradient_clip: 1.0
                          eval_every: 250
                          eval_tokens: 50k
                          checkpoint: {every: 500, keep: 3}
                          seed: 1337
                        engine: {device: auto, precision: auto, blas: auto, threads: auto, kernels: fused}
                        """, "doc"), "doc");
        assertThat(draft.resolve(65).model().describe()).isEqualTo("4x128, feed-forward 512, 4 experts, top-2");
        assertThat(RecipeDraft.of(Yaml.parse(draft.yaml(), "again"), "again").yaml())
                .isEqualTo(draft.yaml());
    }
}
