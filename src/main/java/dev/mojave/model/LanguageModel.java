package dev.mojave.model;

import dev.mojave.base.Check;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Attention;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.nn.KvCache;
import dev.mojave.nn.Parameter;
import dev.mojave.nn.Rotary;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.decode.PackedMatrix;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

// Shapes: B batch, S tokens, D model width, V vocabulary.
/** A decoder-only transformer, dense or sparse, with its parameters. */
public final class LanguageModel implements AutoCloseable {
    private final ModelSpec spec;
    private final List<Parameter> parameters;
    private final List<Parameter> buffers;
    private final Embedding embedding;
    private final List<Block> blocks = new ArrayList<>();
    private final Optional<ParallelStack> parallel;
    private final int blocksBefore;
    private final Head head;

    private LanguageModel(ModelSpec spec, Init init) {
        this.spec = spec;
        FrameSpec frame = spec.frameSpec();
        this.embedding = new Embedding(frame, init);
        Optional<ParallelParts> parts = ParallelParts.of(spec);
        this.blocksBefore = parts.map(p -> p.spec().fullLayers()).orElse(spec.numHiddenLayers());
        blocks.addAll(blocks(spec, 0, blocksBefore, 0, init, embedding.rotary()));
        this.parallel = parts.map(p -> new ParallelStack(p, init, blocksBefore));
        parts.ifPresent(p -> {
            int slot = blocksBefore + p.cacheLayers().size();
            blocks.addAll(blocks(spec, blocksBefore + p.layers(), blocksBefore, slot, init, embedding.rotary()));
        });
        this.head = new Head(frame, embedding.weightVD(), init);
        this.parameters = init.parameters();
        this.buffers = init.buffers();
    }

    /** Builds full-width blocks; {@code slot} is the index of the first one in a cache. */
    private static List<Block> blocks(
            ModelSpec spec, int layer, int count, int slot, Init init, Optional<Rotary> rotary) {
        List<Block> blocks = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            Init own = init.child("layers").child(String.valueOf(layer + n));
            blocks.add(new Block(spec, layer + n, slot + n, own, rotary));
        }
        return blocks;
    }

    /** Builds a model with new parameters, drawn with the given seed. */
    public static LanguageModel build(ModelSpec spec, long seed) {
        return new LanguageModel(
                spec,
                Init.of(
                        Rng.seeded(seed),
                        spec.start().initialisation(),
                        spec.start().initializerRange()));
    }

    /**
     * Builds a model whose matrices are 0, into which weights will be loaded; drawing random values first would take longer than
     * loading.
     */
    public static LanguageModel blank(ModelSpec spec) {
        return new LanguageModel(spec, Init.of(Rng.seeded(0), 0));
    }

    /** Returns the specification of this model. */
    public ModelSpec spec() {
        return spec;
    }

    /** Returns the weights of every layer, which the model still owns. */
    public ModelWeights weights() {
        List<ModelWeights.Layer> layers = new ArrayList<>();
        blocks.forEach(block -> layers.add(block.weights()));
        spec.parallelBlocks().ifPresent(parts -> layers.add(blocksBefore, new ModelWeights.Parallel(parts)));
        return new ModelWeights(
                spec.frameSpec(),
                embedding.weightVD(),
                embedding.positionsTD(),
                layers,
                head.normWeights(),
                head.weightVD());
    }

    /** Returns every trained tensor, in a fixed order. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** Returns every tensor of the model: the trained parameters, then the buffers that routers update themselves. */
    public List<Parameter> tensors() {
        return Stream.concat(parameters.stream(), buffers.stream()).toList();
    }

    /**
     * Lets routers update their buffers, which no gradient changes; to be called once after each optimiser step.
     *
     * @param requestedOfExpert requested load per mixture, in order: the number of assignments to each expert in the whole batch
     *     of the step, before capacity
     * @param context context of the step
     * @throws IllegalArgumentException in an evaluation, which must not change a model
     */
    public void afterStep(List<long[]> requestedOfExpert, Context context) {
        Check.that(context.training(), "routers adapt only in training; an evaluation must not change their biases");
        if (parallel.isPresent()) {
            parallel.get().afterStep(requestedOfExpert);
            return;
        }
        List<Block> sparse = blocks.stream().filter(Block::isSparse).toList();
        Check.that(
                sparse.size() == requestedOfExpert.size(),
                "%d requested loads for %d mixture layers; there must be one per layer",
                requestedOfExpert.size(),
                sparse.size());
        for (int layer = 0; layer < sparse.size(); layer++) {
            sparse.get(layer).afterStep(requestedOfExpert.get(layer));
        }
    }

    /** Creates an empty cache for generation with this model. */
    public KvCache newCache(int batch) {
        List<KvCache.Layer> layers = new ArrayList<>(
                Collections.nCopies(blocks.size(), spec.attentionSpec().cached()));
        ParallelParts.of(spec).ifPresent(parts -> layers.addAll(blocksBefore, parts.cacheLayers()));
        return new KvCache(layers, batch, spec.maxPositionEmbeddings());
    }

    /**
     * Runs the model. With a cache, the tokens follow those already in the cache and are added to it.
     *
     * @throws IllegalArgumentException if the tokens do not fit the context
     */
    public Output forward(Inputs inputs, Context context) {
        List<Routing> routing = new ArrayList<>();
        List<Tensor> hidden = new ArrayList<>();
        Tensor lastBSD = head.normed(hidden(inputs, context, hidden, routing));
        hidden.add(lastBSD);
        Tensor logitsBSV = head.logits(lastBSD, context);
        Optional<Tensor> loss = inputs.targetsBS().map(targets -> Head.crossEntropy(logitsBSV, targets));
        return new Output(logitsBSV, loss, hidden, routing);
    }

    /**
     * Returns the negative log-likelihood of each target in nats, row by row, without materialising the logits of all tokens at
     * once. Computes in float32 and records no gradient.
     *
     * @param inputs ids (B, S), without a cache
     * @param targets the B * S next tokens, row by row
     */
    public double[] tokenLosses(Inputs inputs, int[] targets) {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            Tensor xBSD = hidden(inputs, Context.EVALUATION, new ArrayList<>(), new ArrayList<>());
            return head.tokenLosses(xBSD, targets);
        }
    }

    /**
     * Runs the model and computes only its cross-entropy. One kernel computes head and loss and never materialises all logits.
     *
     * @param inputs inputs with targets
     */
    public Loss loss(Inputs inputs, Context context) {
        List<Routing> routing = new ArrayList<>();
        Tensor xBSD = hidden(inputs, context, new ArrayList<>(), routing);
        Tensor targetsBS = inputs.targetsBS().orElseThrow();
        return new Loss(head.loss(xBSD, targetsBS, context), routing);
    }

    /**
     * Runs the model and returns only the decisions of its routers, which are those of {@link #loss}; records no gradient and
     * skips the head.
     */
    public List<Routing> routing(Inputs inputs, Context context) {
        List<Routing> routing = new ArrayList<>();
        try (NoGrad _ = NoGrad.open()) {
            Tensor _ = hidden(inputs, context, new ArrayList<>(), routing);
        }
        return routing;
    }

    /**
     * Runs the model from the embedding to the last block and returns the residual stream, float32 (B, S, D); appends to
     * {@code hidden} and {@code routing}.
     */
    private Tensor hidden(Inputs inputs, Context context, List<Tensor> hidden, List<Routing> routing) {
        int tokens = (int) inputs.idsBS().size(1);
        int offset = inputs.cache().map(KvCache::length).orElse(0);
        Check.that(
                offset + tokens <= spec.maxPositionEmbeddings(),
                "%d tokens do not fit max_position_embeddings (%d)",
                offset + tokens,
                spec.maxPositionEmbeddings());
        Check.that(inputs.cache().isEmpty() || inputs.paddingBS().isEmpty(), "padding is not supported with a cache");
        Tensor x = embedding.forward(inputs.idsBS(), offset, context);
        Optional<Tensor> visible = inputs.paddingBS().map(LanguageModel::visible);
        Tokens known = new Tokens(
                inputs.idsBS(),
                offset,
                inputs.categoriesBS(),
                inputs.paddingBS().map(LanguageModel::realTokens));
        for (int i = 0; i < blocks.size(); i++) {
            hidden.add(x);
            if (i == blocksBefore && parallel.isPresent()) {
                x = parallel.get().forward(x, known, visible, inputs.cache(), routing, context);
            }
            Block.Output output = blocks.get(i).forward(x, known, visible, inputs.cache(), context);
            x = output.xBSD();
            output.routing().ifPresent(routing::add);
        }
        inputs.cache().ifPresent(cache -> cache.advance(tokens));
        return x;
    }

    /** Returns the indices in B * S of the tokens that are not padding. */
    private static Tensor realTokens(Tensor realBS) {
        long[] flags = realBS.toLongs();
        long[] real = IntStream.range(0, flags.length)
                .filter(token -> flags[token] != 0)
                .asLongStream()
                .toArray();
        return Tensors.of(real, real.length);
    }

    /** Returns the combined causal and padding mask, (B, 1, S, S). A token always sees itself, so that no row of the softmax is empty. */
    private static Tensor visible(Tensor realBS) {
        long tokens = realBS.size(1);
        Tensor causal = Attention.causalMask(0, tokens);
        Tensor self = causal.and(causal.transpose(0, 1));
        Tensor keys = realBS.unsqueeze(1).unsqueeze(1);
        return causal.and(keys.or(self));
    }

    /**
     * Rounds the weights of matrix products, in place, to values that a narrower format represents. Untied embeddings, positions,
     * routers, gates, norms and biases do not change.
     */
    public void roundWeights(WeightFormat format) {
        for (Parameter parameter : parameters) {
            if (multiplied(parameter)) {
                PackedMatrix.round(parameter.value(), format);
            }
        }
    }

    private boolean multiplied(Parameter parameter) {
        return switch (parameter.role()) {
            case HEAD, MATRIX, EXPERTS -> true;
            case EMBEDDING -> parameter.value() == head.weightVD();
            case ROUTER, GATE, NORM, BIAS, BUFFER -> false;
        };
    }

    /** Returns the number of trained values, counted from the parameters themselves. */
    public long parameterCount() {
        return parameters.stream().mapToLong(p -> p.value().elements()).sum();
    }

    @Override
    public void close() {
        tensors().forEach(p -> p.value().close());
        embedding.closeTables();
    }
}
