package dev.mojave.interop.tfevents;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes a TensorBoard event file: records of an {@code Event} message, each framed by its length (8 bytes, little-endian), the masked
 * CRC-32C of the length, the message, and its masked CRC-32C. The mask is {@code (crc >> 15 | crc << 17) + 0xa282ead8}.
 */
public final class EventWriter implements AutoCloseable {
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SUMMARY_VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int HISTOGRAM = 5;

    private final FileChannel channel;

    private EventWriter(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * A histogram in TensorBoard's format.
     *
     * @param min smallest value
     * @param max largest value
     * @param count number of values, or the sum of their weights
     * @param sum sum of the values
     * @param sumSquares sum of the squared values
     * @param rightEdges right edges of the buckets, in ascending order
     * @param buckets number of values, or sum of weights, per bucket
     */
    public record Histogram(
            double min,
            double max,
            double count,
            double sum,
            double sumSquares,
            List<Double> rightEdges,
            List<Double> buckets) {
        /** Returns a histogram of shares by index: bar {@code i} is centred at i and as high as the i-th share. */
        public static Histogram ofShares(List<Double> shares) {
            List<Double> edges = new ArrayList<>();
            double count = 0;
            double sum = 0;
            double sumSquares = 0;
            for (int i = 0; i < shares.size(); i++) {
                edges.add(i + 0.5);
                double share = shares.get(i);
                count += share;
                sum += i * share;
                sumSquares += (double) i * i * share;
            }
            return new Histogram(-0.5, shares.size() - 0.5, count, sum, sumSquares, edges, shares);
        }
    }

    /**
     * Creates a new file.
     *
     * @param seconds start time of the file, in seconds since 1970
     * @throws IOException if it exists or cannot be written
     */
    public static EventWriter create(Path file, double seconds) throws IOException {
        EventWriter writer =
                new EventWriter(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        writer.record(new ProtoWriter().float64(WALL_TIME, seconds).string(FILE_VERSION, "brain.Event:2"));
        return writer;
    }

    /**
     * Writes the measurements of one step.
     *
     * @param seconds time of the step, in seconds since 1970
     * @param step number of the step
     */
    public void write(double seconds, long step, Map<String, Double> scalars, Map<String, Histogram> histograms)
            throws IOException {
        ProtoWriter summary = new ProtoWriter();
        scalars.forEach((tag, value) -> summary.message(
                SUMMARY_VALUE, new ProtoWriter().string(TAG, tag).float32(SIMPLE_VALUE, value.floatValue())));
        histograms.forEach((tag, histogram) -> summary.message(
                SUMMARY_VALUE, new ProtoWriter().string(TAG, tag).message(HISTOGRAM, message(histogram))));
        ProtoWriter event = new ProtoWriter().float64(WALL_TIME, seconds);
        // Protobuf omits fields whose value is 0.
        if (step != 0) {
            event.int64(STEP, step);
        }
        record(event.message(SUMMARY, summary));
    }

    private static ProtoWriter message(Histogram histogram) {
        return new ProtoWriter()
                .float64(1, histogram.min())
                .float64(2, histogram.max())
                .float64(3, histogram.count())
                .float64(4, histogram.sum())
                .float64(5, histogram.sumSquares())
                .float64s(6, histogram.rightEdges())
                .float64s(7, histogram.buckets());
    }

    /** Writes a record in one call, so that readers never see an incomplete record while this process is alive. */
    private void record(ProtoWriter event) throws IOException {
        byte[] message = event.toBytes();
        ByteBuffer bytes = ByteBuffer.allocate(16 + message.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(message.length);
        bytes.putInt(maskedCrc(bytes.array(), 0, 8));
        bytes.put(message).putInt(maskedCrc(message, 0, message.length)).flip();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static int maskedCrc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        int value = (int) crc.getValue();
        return ((value >>> 15) | (value << 17)) + 0xa282ead8;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
