package dev.mojave.model;

import dev.mojave.base.Check;
import dev.mojave.base.Default;
import dev.mojave.moe.BalanceLosses;
import dev.mojave.moe.Experts;
import dev.mojave.moe.Mixture;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.Routing;
import dev.mojave.moe.SharedExpert;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Initializer;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Positions;
import dev.mojave.nn.QkNorm;
import dev.mojave.nn.RopeScaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code model} section of a recipe, complete: what a decoder-only transformer is, and how large.
 *
 * <p>Pre-norm blocks: {@code x += attention(norm(x)); x += feed_forward(norm(x))}, a final norm, a head.
 *
 * @param vocabSize tokens in the vocabulary
 * @param hiddenSize model width D
 * @param numHiddenLayers blocks
 * @param numAttentionHeads query heads; divides the width, unless {@code headDim} is set
 * @param numKeyValueHeads key and value heads; divides the query heads
 * @param headDim size of one head; absent = width / heads
 * @param intermediateSize width of the feed-forward, of each expert where sparse and {@code moe_intermediate_size} is not set
 * @param maxPositionEmbeddings context length in tokens
 * @param norm which normalisation
 * @param normEps its epsilon
 * @param positionEmbedding how positions enter
 * @param ropeTheta base of the rotary angles
 * @param ropeScaling how rotary angles are stretched; absent = not at all
 * @param hiddenAct GELU or SwiGLU
 * @param bias whether LayerNorms have biases, and unless typed otherwise all linear layers
 * @param attentionBias which linear layers of the attention have biases
 * @param mlpBias whether those of feed-forwards and experts have
 * @param qkNorm whether queries and keys are normalised
 * @param slidingWindow how many tokens a token sees, itself among them; absent = all up to itself
 * @param tieWordEmbeddings whether the head is the token embedding
 * @param dropout probability, on embeddings, attention weights and residual branches
 * @param initializerRange standard deviation of initial matrices where the initializer does not say another
 * @param initializer how the deviations follow from it; absent = GPT-2's
 * @param moe absent for a model without mixtures in the place of feed-forwards
 * @param parallel absent for a model whose layers are all alike; not together with {@code moe}
 */
public record ModelSpec(
        int vocabSize,
        int hiddenSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int numKeyValueHeads,
        @Nullable Integer headDim,
        int intermediateSize,
        int maxPositionEmbeddings,
        Norm.Kind norm,
        double normEps,
        Positions positionEmbedding,
        double ropeTheta,
        @Nullable RopeScaling ropeScaling,
        FeedForward.Activation hiddenAct,
        boolean bias,
        Attention.Bias attentionBias,
        boolean mlpBias,
        @Default("none") QkNorm qkNorm,
        @Nullable Integer slidingWindow,
        boolean tieWordEmbeddings,
        double dropout,
        double initializerRange,
        @Nullable Initializer initializer,
        @Nullable MoeSpec moe,
        @Nullable ParallelSpec parallel) {

    /** Checks every size, alone and together. */
    public ModelSpec {
        Check.that(vocabSize >= 2, "vocab_size (%d) must be at least 2", vocabSize);
        Check.that(hiddenSize >= 1, "hidden_size (%d) must be positive", hiddenSize);
        Check.that(numHiddenLayers >= 1, "num_hidden_layers (%d) must be positive", numHiddenLayers);
        Check.that(maxPositionEmbeddings >= 1, "max_position_embeddings (%d) must be positive", maxPositionEmbeddings);
        Check.that(normEps > 0, "norm_eps (%s) must be positive", normEps);
        Check.that(ropeTheta > 0, "rope_theta (%s) must be positive", ropeTheta);
        Check.that(0 <= dropout && dropout < 1, "dropout (%s) must be at least 0 and below 1", dropout);
        Check.that(initializerRange > 0, "initializer_range (%s) must be positive", initializerRange);
        int size = headDim == null ? AttentionSpec.GroupedQuery.sharedHeadSize(hiddenSize, numAttentionHeads) : headDim;
        // What says no more than its default is left out, so that equal models are equal records.
        headDim = headDim != null && (long) headDim * numAttentionHeads == hiddenSize ? null : headDim;
        initializer = initializer instanceof Initializer.Gpt2 ? null : initializer;
        new AttentionSpec.GroupedQuery(
                hiddenSize, numAttentionHeads, numKeyValueHeads, size, attentionBias, qkNorm, normEps, dropout);
        Check.that(
                positionEmbedding != Positions.ROPE || size % 2 == 0,
                "position_embedding rope needs an even head size; %s is %d",
                headDim == null ? "hidden_size / num_attention_heads" : "head_dim",
                size);
        Check.that(
                ropeScaling == null || positionEmbedding == Positions.ROPE,
                "rope_scaling needs position_embedding rope");
        Check.that(
                new FeedForward.Spec(hiddenSize, intermediateSize, hiddenAct, mlpBias).parameterCount() > 0,
                "intermediate_size (%d) must be positive",
                intermediateSize);
        if (slidingWindow != null) {
            Check.that(slidingWindow >= 1, "sliding_window (%d) must be at least 1, the token itself", slidingWindow);
        }
        if (moe != null) {
            moe.checkShared(intermediateSize);
        }
        if (parallel != null) {
            Check.that(
                    slidingWindow == null,
                    "sliding_window does not go with parallel, whose blocks see their own tokens or all of them; remove it");
            Check.that(moe == null, "moe and parallel are two kinds of mixture; remove one of them");
            parallel.checkLayers(numHiddenLayers, positionEmbedding);
        }
    }

    /** A model with biases everywhere or nowhere and without the options that few have: size of heads, q/k norm, stretched angles. */
    public ModelSpec(
            int vocabSize,
            int hiddenSize,
            int numHiddenLayers,
            int numAttentionHeads,
            int numKeyValueHeads,
            int intermediateSize,
            int maxPositionEmbeddings,
            Norm.Kind norm,
            double normEps,
            Positions positionEmbedding,
            double ropeTheta,
            FeedForward.Activation hiddenAct,
            boolean bias,
            boolean tieWordEmbeddings,
            double dropout,
            double initializerRange,
            @Nullable MoeSpec moe) {
        this(
                vocabSize,
                hiddenSize,
                numHiddenLayers,
                numAttentionHeads,
                numKeyValueHeads,
                null,
                intermediateSize,
                maxPositionEmbeddings,
                norm,
                normEps,
                positionEmbedding,
                ropeTheta,
                null,
                hiddenAct,
                bias,
                Attention.Bias.of(bias),
                bias,
                QkNorm.NONE,
                null,
                tieWordEmbeddings,
                dropout,
                initializerRange,
                null,
                moe,
                null);
    }

    /** Returns the mixture, if this model is sparse. */
    public Optional<MoeSpec> mixture() {
        return Optional.ofNullable(moe);
    }

    /** Returns the same model, dense. */
    public ModelSpec dense() {
        return with(intermediateSize, null, null);
    }

    /** Returns the same model with another width of its feed-forwards. */
    public ModelSpec withIntermediateSize(int size) {
        return with(size, moe, parallel);
    }

    private ModelSpec with(int newIntermediateSize, @Nullable MoeSpec newMoe, @Nullable ParallelSpec newParallel) {
        return new ModelSpec(
                vocabSize,
                hiddenSize,
                numHiddenLayers,
                numAttentionHeads,
                numKeyValueHeads,
                headDim,
                newIntermediateSize,
                maxPositionEmbeddings,
                norm,
                normEps,
                positionEmbedding,
                ropeTheta,
                ropeScaling,
                hiddenAct,
                bias,
                attentionBias,
                mlpBias,
                qkNorm,
                slidingWindow,
                tieWordEmbeddings,
                dropout,
                initializerRange,
                initializer,
                newMoe,
                newParallel);
    }

    /** Returns the parallel layers, if this model has some. */
    public Optional<ParallelSpec> parallelBlocks() {
        return Optional.ofNullable(parallel);
    }

    /**
     * Returns the mixtures in the order of their routing. They are called by the number of the layer that each is in, and the maps around
     * parallel layers {@code shrink} and {@code grow}.
     */
    public List<Mixture> mixtures() {
        return ModelMixtures.of(this);
    }

    /** Returns the names of {@link #mixtures()}. */
    public List<String> mixtureNames() {
        return mixtures().stream().map(Mixture::name).toList();
    }

    /** Returns whether routers choose what a token passes through. */
    public boolean sparse() {
        return moe != null || parallel != null;
    }

    /** Returns the size of one head. */
    public int headSize() {
        return headDim == null ? hiddenSize / numAttentionHeads : headDim;
    }

    /** Returns how rotary angles are stretched, if they are. */
    public Optional<RopeScaling> scaling() {
        return Optional.ofNullable(ropeScaling);
    }

    /** Returns the attention of every block; a window that holds the whole context hides nothing and is none. */
    public AttentionSpec attention() {
        AttentionSpec.GroupedQuery grouped = new AttentionSpec.GroupedQuery(
                hiddenSize, numAttentionHeads, numKeyValueHeads, headSize(), attentionBias, qkNorm, normEps, dropout);
        return slidingWindow == null || slidingWindow >= maxPositionEmbeddings
                ? grouped
                : new AttentionSpec.SlidingWindow(grouped, slidingWindow);
    }

    /** Returns what the model has around its blocks. */
    public FrameSpec frame() {
        FrameSpec.Position position = switch (positionEmbedding) {
            case LEARNED -> new FrameSpec.Learned();
            case SINUSOIDAL -> new FrameSpec.Sinusoidal();
            case ROPE -> new FrameSpec.Rotated(headSize(), ropeTheta, scaling());
        };
        return new FrameSpec(
                vocabSize, hiddenSize, maxPositionEmbeddings, position, tieWordEmbeddings, normSpec(), dropout);
    }

    /** Returns what the block of a layer of full width computes. */
    public BlockSpec block(int layer) {
        Optional<MoeLayer.Spec> mixture = mixture(layer);
        return new BlockSpec(
                BlockSpec.Topology.PRE_NORM,
                normSpec(),
                attention(),
                mixture.isPresent() ? new BlockSpec.Sparse(mixture.get()) : new BlockSpec.Dense(feedForward()),
                dropout);
    }

    /** Returns what the blocks of full width compute, in order; the layers between them where {@code parallel} is set are none. */
    public List<BlockSpec> blocks() {
        List<BlockSpec> blocks = new ArrayList<>();
        for (int layer = 0; layer < numHiddenLayers; layer++) {
            if (!between(layer)) {
                blocks.add(block(layer));
            }
        }
        return blocks;
    }

    /** Returns whether a layer is one of parallel blocks. */
    boolean between(int layer) {
        return parallel != null && layer >= parallel.fullLayers() && layer < numHiddenLayers - parallel.fullLayers();
    }

    FeedForward.Spec feedForward() {
        return new FeedForward.Spec(hiddenSize, intermediateSize, hiddenAct, mlpBias);
    }

    Norm.Spec normSpec() {
        return new Norm.Spec(norm, hiddenSize, normEps, bias);
    }

    Optional<MoeLayer.Spec> mixture(int layer) {
        return mixture().filter(m -> m.sparse(layer)).map(this::moeLayer);
    }

    private MoeLayer.Spec moeLayer(MoeSpec m) {
        Integer size = m.moeIntermediateSize();
        FeedForward.Spec each =
                new FeedForward.Spec(hiddenSize, size == null ? intermediateSize : size, hiddenAct, mlpBias);
        int shared = m.sharedExpertIntermediateSize();
        return new MoeLayer.Spec(
                m.router(),
                m.sizes(hiddenSize),
                new Experts.Spec(m.numExperts(), each, m.expertDropout()),
                m.travel(),
                shared == 0
                        ? Optional.empty()
                        : Optional.of(new SharedExpert.Spec(
                                new FeedForward.Spec(hiddenSize, shared, hiddenAct, mlpBias), m.sharedExpertGate())));
    }

    /** Returns the names of the categories of documents that the router wants to be told, most routers none. */
    public List<String> categories() {
        return mixture().map(m -> m.router().categories()).orElse(List.of());
    }

    /**
     * Refuses a schedule of a balance loss that would not begin in a training of so many steps.
     *
     * @throws IllegalArgumentException that names the key
     */
    public void requireSchedulesStart(long totalSteps) {
        ModelMixtures.requireSchedulesStart(this, totalSteps);
    }

    /**
     * Returns the balance losses of a step by name, those of parallel blocks as {@code block_...}, those of the maps around them as
     * {@code projection_...}.
     *
     * @param routing of one forward pass
     * @param step counted from 0, of {@code totalSteps}
     */
    public Map<String, BalanceLosses.Weighted> balanceLosses(List<Routing> routing, long step, long totalSteps) {
        return ModelMixtures.balanceLosses(this, routing, step, totalSteps);
    }

    /** Returns whether a balance loss that acts at a step must know how the tokens of the whole batch were routed. */
    public boolean balancePoolsTokens(long step, long totalSteps) {
        return ModelMixtures.poolsTokens(this, step, totalSteps);
    }

    /** Returns what anyone who reads this model's results must know, in whole sentences: for the log, the report and the model card. */
    public List<String> caveats() {
        return ModelWords.caveats(this);
    }

    /** Returns how initial matrices are drawn. */
    public Initializer initialisation() {
        return initializer == null ? new Initializer.Gpt2() : initializer;
    }

    /** Returns the factor on the initial values of projections that end in the residual stream. */
    public double residualScale() {
        return initialisation().residualScale(numHiddenLayers);
    }

    /** Returns what this model will count, before it is built. */
    public ModelCounts counts() {
        return ModelCounts.of(this);
    }

    /** Describes the model in one line, for example {@code "4x128 rms_norm swiglu, 4 experts, top-2"}. */
    public String describe() {
        return ModelWords.describe(this);
    }
}
