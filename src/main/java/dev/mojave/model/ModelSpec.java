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
 * The complete {@code model} section of a recipe: the architecture and the sizes of a decoder-only transformer.
 *
 * <p>The model has pre-norm blocks, {@code x += attention(norm(x)); x += feed_forward(norm(x))}, a final norm and a head.
 *
 * @param frame vocabulary, context and positions
 * @param stack width and depth
 * @param attention attention of every block
 * @param feedForward feed-forward layer of every block, and of every expert
 * @param norm norms of both branches of a block, and before the head
 * @param start initialisation of a new model
 * @param moe mixtures in place of feed-forward layers; null = none
 * @param parallel parallel blocks in place of the middle layers; null = none. Cannot be combined with {@code moe}
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

    /** Checks the rules that involve keys of several groups. */
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
                    "sliding_window cannot be combined with parallel, whose blocks see either their own tokens or all of them; remove it");
            Check.that(moe == null, "moe and parallel cannot be combined; remove one of them");
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

    /** Returns the {@code moe} section, if there is one. */
    public Optional<MoeSpec> mixture() {
        return Optional.ofNullable(moe);
    }

    /** Returns this model without mixtures or parallel blocks. */
    public ModelSpec dense() {
        return new ModelSpec(frame, stack, attention, feedForward, norm, start, null, null);
    }

    /** Returns this model with mixtures in place of feed-forward layers. */
    public ModelSpec withMixture(MoeSpec mixture) {
        return new ModelSpec(frame, stack, attention, feedForward, norm, start, mixture, parallel);
    }

    /** Returns this model with another intermediate size of its feed-forward layers. */
    public ModelSpec withIntermediateSize(int size) {
        return new ModelSpec(
                frame, stack, attention, feedForward.withIntermediateSize(size), norm, start, moe, parallel);
    }

    /** Returns this model with another number of layers. */
    public ModelSpec withLayers(int layers) {
        ModelKeys.Stack other = new ModelKeys.Stack(stack.hiddenSize(), layers, stack.dropout());
        return new ModelSpec(frame, other, attention, feedForward, norm, start, moe, parallel);
    }

    /** Returns the {@code parallel} section, if there is one. */
    public Optional<ParallelSpec> parallelBlocks() {
        return Optional.ofNullable(parallel);
    }

    /**
     * Returns the mixtures in the order of their routing. Each is named by the index of its layer; the projections around
     * parallel layers are named {@code shrink} and {@code grow}.
     */
    public List<Mixture> mixtures() {
        return ModelMixtures.of(this);
    }

    /** Returns the names of {@link #mixtures()}. */
    public List<String> mixtureNames() {
        return mixtures().stream().map(Mixture::name).toList();
    }

    /** Returns whether the model has routers. */
    public boolean sparse() {
        return moe != null || parallel != null;
    }

    /** Returns the size of one head. */
    public int headSize() {
        return attention.headSize(stack.hiddenSize());
    }

    /** Returns the attention of every full-width block; a window that covers the whole context is dropped. */
    public AttentionSpec attentionSpec() {
        return attention.spec(stack, frame.maxPositionEmbeddings(), norm.normEps());
    }

    /** Returns the specification of embedding, positions, final norm and head. */
    public FrameSpec frameSpec() {
        return frame.spec(stack, headSize(), norm);
    }

    /** Returns the specification of the full-width block with index {@code layer}. */
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

    /** Returns the specifications of all full-width blocks in order, without the layers that {@code parallel} replaces. */
    public List<BlockSpec> blocks() {
        List<BlockSpec> blocks = new ArrayList<>();
        for (int layer = 0; layer < numHiddenLayers(); layer++) {
            if (!between(layer)) {
                blocks.add(block(layer));
            }
        }
        return blocks;
    }

    /** Returns whether a layer consists of parallel blocks. */
    boolean between(int layer) {
        return parallel != null && layer >= parallel.fullLayers() && layer < numHiddenLayers() - parallel.fullLayers();
    }

    /** Returns the names of the document categories that the router reads; most routers read none. */
    public List<String> categories() {
        return mixture().map(m -> m.choice().router().categories()).orElse(List.of());
    }

    /**
     * Checks that the schedule of every balance loss starts within a training of {@code totalSteps} steps.
     *
     * @throws IllegalArgumentException if one does not; the message names the key
     */
    public void requireSchedulesStart(long totalSteps) {
        ModelMixtures.requireSchedulesStart(this, totalSteps);
    }

    /**
     * Returns the balance losses of a step by name; the names begin with {@code block_} for parallel blocks and with
     * {@code projection_} for the projections around them.
     *
     * @param routing routing of one forward pass
     * @param step index of the step, counted from 0, of {@code totalSteps}
     */
    public Map<String, BalanceLosses.Weighted> balanceLosses(List<Routing> routing, long step, long totalSteps) {
        return ModelMixtures.balanceLosses(this, routing, step, totalSteps);
    }

    /** Returns the coefficient of each of {@link #balanceLosses} at a step. */
    public Map<String, Double> balanceCoefficients(long step, long totalSteps) {
        return ModelMixtures.coefficients(this, step, totalSteps);
    }

    /** Returns whether a balance loss that acts at a step needs the routing of the whole batch. */
    public boolean balancePoolsTokens(long step, long totalSteps) {
        return ModelMixtures.poolsTokens(this, step, totalSteps);
    }

    /** Returns warnings about this model's results, in whole sentences, for the log, the report and the model card. */
    public List<String> caveats() {
        return ModelWords.caveats(this);
    }

    /** Returns the factor on the initial standard deviation of projections into the residual stream. */
    public double residualScale() {
        return start.initialisation().residualScale(stack.numHiddenLayers());
    }

    /** Returns the parameter and FLOP counts, which need no built model. */
    public ModelCounts counts() {
        return ModelCounts.of(this);
    }

    /** Describes the model in one line, for example {@code "4x128, feed-forward 344, 4 experts, top-2"}. */
    public String describe() {
        return ModelWords.describe(this);
    }
}
