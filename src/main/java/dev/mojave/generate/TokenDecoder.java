package dev.mojave.generate;

import dev.mojave.base.Check;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.ModelWeights;
import dev.mojave.moe.MoeLayer;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.KvCache;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Device;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.kernels.decode.DecodeKernels;
import dev.mojave.tensor.kernels.decode.PackedMatrix;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * Reads one token at a time with matrix-vector kernels. A one-token forward pass through libtorch spends most of its time between
 * operations; here every weight is read once, at memory bandwidth, and the remaining time is negligible.
 *
 * <p>The reference implementation is {@link LanguageModel#forward} with a cache: float32 logits agree within 1e-4. Both may fill
 * the same {@link KvCache} in turns, so that a forward pass can read the prompt. For narrower weights, the reference is the model
 * after {@link LanguageModel#roundWeights}.
 */
public final class TokenDecoder implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** One block, which has either a feed-forward layer or a mixture. */
    private record Layer(
            DecoderNorm attentionNorm,
            DecoderAttention attention,
            DecoderNorm feedForwardNorm,
            Optional<DecoderFeedForward> dense,
            Optional<DecoderMixture> mixture) {
        Stream<DecoderFeedForward> feedForwards() {
            return Stream.concat(dense.stream(), mixture.stream().flatMap(DecoderMixture::feedForwards));
        }
    }

    private final ModelSpec spec;
    private final DecoderMemory memory;
    private final Optional<MemorySegment> embedding;
    private final Optional<MemorySegment> positions;
    private final List<Layer> layers = new ArrayList<>();
    private final DecoderNorm finalNorm;
    private final PackedMatrix head;
    private final DecoderFeedForward.Room feedForwardRoom;
    private final MemorySegment residual;
    private final MemorySegment normed;
    private final MemorySegment logits;

    /**
     * Packs the weights of a model, which must outlive the decoder and must not change.
     *
     * @param format format of the weights in matrix products; embeddings (unless tied to the head), norms, biases and routers
     *     stay float32
     * @throws IllegalArgumentException if the decoder does not support the model
     */
    public TokenDecoder(LanguageModel model, WeightFormat format) {
        Check.that(
                supports(model), "the decoder does not support this model; read its tokens with LanguageModel.forward");
        this.spec = model.spec();
        this.memory = new DecoderMemory(format);
        ModelWeights weights = model.weights();
        boolean tied = weights.headVD() == weights.embeddingVD();
        this.embedding =
                tied ? Optional.empty() : Optional.of(weights.embeddingVD().segment());
        this.positions = weights.positionsTD().map(Tensor::segment);
        List<ModelWeights.Block> blocks =
                weights.layers().stream().map(TokenDecoder::block).toList();
        DecoderAttention.Room room = DecoderAttention.Room.of(
                blocks.stream().map(block -> block.attention().spec().grouped()).toList(),
                spec.maxPositionEmbeddings(),
                memory);
        for (ModelWeights.Block block : blocks) {
            layers.add(layer(block, layers.size(), room));
        }
        this.finalNorm = DecoderNorm.of(weights.finalNorm());
        this.head = memory.matrix(weights.headVD());
        this.feedForwardRoom = new DecoderFeedForward.Room(
                memory.buffer(largest(DecoderFeedForward::projectedSize)),
                memory.buffer(largest(DecoderFeedForward::intermediateSize)));
        this.residual = memory.buffer(spec.hiddenSize());
        this.normed = memory.buffer(spec.hiddenSize());
        this.logits = memory.buffer(spec.vocabSize());
    }

    /** Returns whether the kernels run on this machine and support every component of the model. */
    public static boolean supports(LanguageModel model) {
        return Engine.current().fused()
                && DecoderSupport.supports(model.weights())
                && model.parameters().stream()
                        .map(p -> p.value())
                        .allMatch(t -> t.dtype() == DType.FLOAT32 && t.device().equals(Device.CPU));
    }

    private static ModelWeights.Block block(ModelWeights.Layer layer) {
        return switch (layer) {
            case ModelWeights.Block block -> block;
            case ModelWeights.Parallel _ ->
                throw new IllegalStateException("the decoder does not support parallel layers");
        };
    }

    private Layer layer(ModelWeights.Block block, int index, DecoderAttention.Room room) {
        return new Layer(
                DecoderNorm.of(block.attentionNorm()),
                new DecoderAttention(block.attention(), index, memory, room),
                DecoderNorm.of(block.feedForwardNorm()),
                block.secondBranch() instanceof ModelWeights.Dense(FeedForward.Weights dense)
                        ? Optional.of(DecoderFeedForward.of(memory, dense))
                        : Optional.empty(),
                block.secondBranch() instanceof ModelWeights.Sparse(MoeLayer.Weights mixture)
                        ? Optional.of(DecoderMixture.of(memory, mixture))
                        : Optional.empty());
    }

    private int largest(ToIntFunction<DecoderFeedForward> size) {
        return layers.stream().flatMap(Layer::feedForwards).mapToInt(size).max().orElseThrow();
    }

    /** Returns the size of the weights that one token reads, in bytes. */
    public long bytesPerToken() {
        long bytes = head.bytes();
        for (Layer layer : layers) {
            bytes += layer.attention.bytes();
            bytes += layer.dense.map(DecoderFeedForward::bytes).orElse(0L);
            bytes += layer.mixture.map(DecoderMixture::bytesPerToken).orElse(0L);
        }
        return bytes;
    }

    /**
     * Reads a token after those in the cache and adds it to the cache.
     *
     * @param cache cache of one sequence of this model
     * @param id the token's id
     * @return logits of the next token (V)
     * @throws IllegalArgumentException if the cache is full
     */
    public float[] next(KvCache cache, int id) {
        int position = cache.length();
        Check.that(position < cache.capacity(), "%d tokens do not fit a context of %d", position + 1, cache.capacity());
        embed(id, position);
        for (Layer layer : layers) {
            layer.attentionNorm.apply(residual, normed);
            layer.attention.addTo(normed, residual, cache, position);
            layer.feedForwardNorm.apply(residual, normed);
            layer.dense.ifPresent(dense -> dense.addTo(normed, residual, feedForwardRoom));
            layer.mixture.ifPresent(mixture -> mixture.addTo(normed, residual, feedForwardRoom));
        }
        cache.advance(1);
        finalNorm.apply(residual, normed);
        head.multiply(normed, logits, Optional.empty(), false);
        return logits.asSlice(0, (long) spec.vocabSize() * Float.BYTES).toArray(FLOAT);
    }

    private void embed(int id, int position) {
        long bytes = (long) spec.hiddenSize() * Float.BYTES;
        if (embedding.isPresent()) {
            MemorySegment.copy(embedding.get(), id * bytes, residual, 0, bytes);
        } else {
            head.row(id, residual);
        }
        positions.ifPresent(table ->
                DecodeKernels.addScaled(1, table.asSlice(position * bytes, bytes), residual, spec.hiddenSize()));
    }

    @Override
    public void close() {
        memory.close();
    }
}
