package dev.mojave.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.StopSignal;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.generate.Generator;
import dev.mojave.generate.SamplingSpec;
import dev.mojave.generate.TokenDecoder;
import dev.mojave.generate.TokenReader;
import dev.mojave.interop.ModelFolder;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.Output;
import dev.mojave.nn.Context;
import dev.mojave.nn.KvCache;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Greedy continuations beside those of transformers, which computed them without a cache; texts outgrow the windows of models that have one. */
class GoldenGenerationTest {
    private static final double LOGITS = 3e-5;

    private static String text(long[] ids) {
        return LongStream.of(ids)
                .mapToObj(id -> Character.toString('A' + (int) id))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "mixtral", "mistral_window", "mixtral_window"})
    void continuesTokenForToken(String name) {
        try (Scope _ = Scope.open();
                GoldenFolder golden = new GoldenFolder("generation");
                ModelFolder folder = ModelFolder.open(Path.of("src/test/resources/golden", name));
                LanguageModel model = folder.load()) {
            long[] prompt = golden.get(name + ".prompt").toLongs();
            long[] expected = golden.get(name + ".continuation").toLongs();
            String characters =
                    text(LongStream.range(0, model.spec().vocabSize()).toArray());
            String json = "{\"type\": \"char\", \"version\": 1, \"separator\": false, \"characters\": "
                    + Json.line(characters) + "}";
            Generator generator = new Generator(model, Tokenizers.fromJson(json));
            SamplingSpec greedy = SamplingSpec.greedy(expected.length);
            assertThat(generator
                            .generate(text(prompt), greedy, piece -> {}, StopSignal.NEVER)
                            .text())
                    .isEqualTo(text(expected));
            checkLogits(golden, name, model, prompt, expected);
            checkDecoder(golden, name, model, prompt, expected);
            checkChunks(golden, name, model, prompt, expected);
        }
    }

    /** The same logits from the decoder, which computes without libtorch. */
    private static void checkDecoder(
            GoldenFolder golden, String name, LanguageModel model, long[] prompt, long[] continuation) {
        assertThat(TokenDecoder.supports(model)).isTrue();
        List<Tensor> steps = new ArrayList<>();
        try (KvCache cache = model.newCache(1);
                TokenReader reader = TokenReader.of(model, WeightFormat.FP32)) {
            steps.add(row(reader.read(
                    cache, LongStream.of(prompt).mapToInt(Math::toIntExact).toArray())));
            for (int i = 0; i < continuation.length - 1; i++) {
                steps.add(row(reader.next(cache, (int) continuation[i])));
            }
        }
        golden.compare(name + ".step_logits", Tensors.stack(steps, 0), LOGITS);
    }

    private static Tensor row(float[] logits) {
        return Tensors.of(logits, logits.length);
    }

    /** The same logits where the text is read three tokens at a time, each time behind what the cache holds. */
    private static void checkChunks(
            GoldenFolder golden, String name, LanguageModel model, long[] prompt, long[] continuation) {
        long[] text = LongStream.concat(LongStream.of(prompt), LongStream.of(continuation))
                .toArray();
        List<Tensor> chunks = new ArrayList<>();
        try (KvCache cache = model.newCache(1);
                NoGrad _ = NoGrad.open()) {
            for (int from = 0; from < text.length; from += 3) {
                long[] read = Arrays.copyOfRange(text, from, Math.min(from + 3, text.length));
                Output output = model.forward(Inputs.of(Tensors.of(read, 1, read.length), cache), Context.EVALUATION);
                chunks.add(output.logitsBSV().squeeze(0).to(DType.FLOAT32).copy());
            }
        }
        Tensor steps = Tensors.cat(chunks, 0).narrow(0, prompt.length - 1, continuation.length);
        golden.compare(name + ".step_logits", steps, LOGITS);
    }

    /** The logits that each token was chosen from, read with a cache, one token at a time. */
    private static void checkLogits(
            GoldenFolder golden, String name, LanguageModel model, long[] prompt, long[] continuation) {
        List<Tensor> steps = new ArrayList<>();
        try (KvCache cache = model.newCache(1);
                NoGrad _ = NoGrad.open()) {
            long[] read = prompt;
            for (long token : continuation) {
                Output output = model.forward(Inputs.of(Tensors.of(read, 1, read.length), cache), Context.EVALUATION);
                steps.add(
                        output.logitsBSV().select(1, read.length - 1).squeeze(0).copy());
                read = new long[] {token};
            }
        }
        golden.compare(name + ".step_logits", Tensors.stack(steps, 0).to(DType.FLOAT32), LOGITS);
        long[] best = IntStream.range(0, steps.size())
                .mapToLong(i -> steps.get(i).topK(1).indices().toLongs()[0])
                .toArray();
        assertThat(best).isEqualTo(continuation);
    }
}
