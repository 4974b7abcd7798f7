package dev.mojave.model;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Flat;
import dev.mojave.moe.balance.BalanceLosses;
import dev.mojave.moe.routing.Mixture;
import dev.mojave.moe.routing.Routing;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.Positions;
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
 * @param frame vocabulary, context and positions
 * @param stack width and depth
 * @param attention of every block
 * @param feedForward of every block, and of every expert
 * @param norm of both halves of a block, and before the head
 * @param start what a new model begins with
 * @param moe absent for a model without mixtures in the place of feed-forwards
 * @param parallel absent for a model whose layers are all alike; not together with {@code moe}
 */
@JsonPropertyOrder({
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "intermediate_size",
    "max_position_embeddings",
    "norm",
    "norm_eps",
    "position_embedding",
    "rope_theta",
    "rope_scaling",
    "hidden_act",
    "bias",
    "attention_bias",
    "mlp_bias",
    "qk_norm",
    "sliding_window",
    "tie_word_embeddings",
    "dropout",
    "initializer_range",
    "initializer",
    "moe",
    "parallel"
})
public record ModelSpec(
        @Flat ModelKeys.Frame frame,
        @Flat ModelKeys.Stack stack,
        @Flat ModelKeys.Attention attention,
        @Flat ModelKeys.FeedForward feedForward,
        @Flat ModelKeys.Norm norm,
        @Flat ModelKeys.Start start,
        @Nullable MoeSpec moe,
        @Nullable ParallelSpec parallel) {

    /** Checks what concerns keys of several groups. */
    public ModelSpec {
        int width = stack.hiddenSize();
        int size = attention.headSize(width);
        attention = attention.in(width);
        attention.spec(stack, frame.maxPositionEmbeddings(), norm.normEps());
        Check.that(
                frame.position().positionEmbedding() != Positions.ROPE || size % 2 == 0,
                "position_embedding rope needs an even head size; %s is %d",
                attention.headDim() == null ? "hidden_size / num_attention_heads" : "head_dim",
                size);
        if (moe != null) {
            moe.checkShared(feedForward.intermediateSize());
        }
        if (parallel != null) {
            Check.that(
                    attention.slidingWindow() == null,
                    "sliding_window does not go with parallel, whose blocks see their own tokens or all of them; remove it");
            Check.that(moe == null, "moe and parallel are two kinds of mixture; remove one of them");
            parallel.checkLayers(stack.numHiddenLayers(), frame.position().positionEmbedding());
        }
    }

    /** Returns the size of the vocabulary. */
    public int vocabSize() {
        return frame.vocabSize();
    }

    /** Returns the length of the context in tokens. */
    public int maxPositionEmbeddings() {
        return frame.maxPositionEmbeddings();
    }

    /** Returns the width of the residual stream. */
    public int hiddenSize() {
        return stack.hiddenSize();
    }

    /** Returns the number of layers. */
    public int numHiddenLayers() {
        return stack.numHiddenLayers();
    }

    /** Returns the mixture, if this model is sparse. */
    public Optional<MoeSpec> mixture() {
        return Optional.ofNullable(moe);
    }

    /** Returns the same model, dense. */
    public ModelSpec dense() {
        return new ModelSpec(frame, stack, attention, feedForward, norm, start, null, null);
    }

    /** Returns the same model with a mixture. */
    public ModelSpec withMixture(MoeSpec mixture) {
        return new ModelSpec(frame, stack, attention, feedForward, norm, start, mixture, parallel);
    }

    /** Returns the same model with another width of its feed-forwards. */
    public ModelSpec withIntermediateSize(int size) {
        return new ModelSpec(
                frame, stack, attention, feedForward.withIntermediateSize(size), norm, start, moe, parallel);
    }

    /** Returns the same model with another number of layers. */
    public ModelSpec withLayers(int layers) {
        ModelKeys.Stack other = new ModelKeys.Stack(stack.hiddenSize(), layers, stack.dropout());
        return new ModelSpec(frame, other, attention, feedForward, norm, start, moe, parallel);
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
        return attention.headSize(stack.hiddenSize());
    }

    /** Returns the attention of every block; a window that holds the whole context hides nothing and is none. */
    public AttentionSpec attentionSpec() {
        return attention.spec(stack, frame.maxPositionEmbeddings(), norm.normEps());
    }

    /** Returns what the model has around its blocks. */
    public FrameSpec frameSpec() {
        return frame.spec(stack, headSize(), norm);
    }

    /** Returns what the block of a layer of full width computes. */
    public BlockSpec block(int layer) {
        BlockSpec.SecondBranch branch = mixture()
                .filter(m -> m.sparse(layer))
                .<BlockSpec.SecondBranch>map(m -> new BlockSpec.Sparse(m.layer(stack.hiddenSize(), feedForward)))
                .orElseGet(() -> new BlockSpec.Dense(feedForward.spec(stack.hiddenSize())));
        return switch (stack) {
            case ModelKeys.Stack(int width, int _, double dropout) ->
                new BlockSpec(BlockSpec.Topology.PRE_NORM, norm.spec(width), attentionSpec(), branch, dropout);
        };
    }

    /** Returns what the blocks of full width compute, in order; the layers between them where {@code parallel} is set are none. */
    public List<BlockSpec> blocks() {
        List<BlockSpec> blocks = new ArrayList<>();
        for (int layer = 0; layer < numHiddenLayers(); layer++) {
            if (!between(layer)) {
                blocks.add(block(layer));
            }
        }
        return blocks;
    }

    /** Returns whether a layer is one of parallel blocks. */
    boolean between(int layer) {
        return parallel != null && layer >= parallel.fullLayers() && layer < numHiddenLayers() - parallel.fullLayers();
    }

    /** Returns the names of the categories of documents that the router wants to be told, most routers none. */
    public List<String> categories() {
        return mixture().map(m -> m.choice().router().categories()).orElse(List.of());
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

    /** Returns what each of {@link #balanceLosses} is multiplied by at a step. */
    public Map<String, Double> balanceCoefficients(long step, long totalSteps) {
        return ModelMixtures.coefficients(this, step, totalSteps);
    }

    /** Returns whether a balance loss that acts at a step must know how the tokens of the whole batch were routed. */
    public boolean balancePoolsTokens(long step, long totalSteps) {
        return ModelMixtures.poolsTokens(this, step, totalSteps);
    }

    /** Returns what anyone who reads this model's results must know, in whole sentences: for the log, the report and the model card. */
    public List<String> caveats() {
        return ModelWords.caveats(this);
    }

    /** Returns the factor on the initial values of projections that end in the residual stream. */
    public double residualScale() {
        return start.initialisation().residualScale(stack.numHiddenLayers());
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
