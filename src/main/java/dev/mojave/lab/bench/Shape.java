package dev.mojave.lab.bench;

import dev.mojave.base.Failure;
import dev.mojave.model.ModelKeys;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Attention;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Positions;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The dimensions of the model to measure, written {@code layers,heads,hidden,context,vocabulary}.
 *
 * @param layers number of blocks
 * @param heads number of attention heads; divides the width
 * @param hidden model width
 * @param context tokens per sequence
 * @param vocabulary tokens in the vocabulary
 */
public record Shape(int layers, int heads, int hidden, int context, int vocabulary) {
    /** The shape at which published figures are compared. */
    public static final Shape DEFAULT = new Shape(6, 6, 384, 256, 65);

    private static final Pattern NUMBERS = Pattern.compile("[1-9]\\d{0,6}(,[1-9]\\d{0,6}){4}");
    private static final double NORM_EPS = 1e-5;
    private static final double INITIALIZER_RANGE = 0.02;

    /**
     * Reads {@code layers,heads,hidden,context,vocabulary}.
     *
     * @throws Failure of kind USAGE if the text has another form or does not describe a valid model
     */
    public static Shape parse(String text) {
        if (!NUMBERS.matcher(text).matches()) {
            throw Failure.usage(
                    "--shape '%s' is not layers,heads,hidden,context,vocabulary: five whole numbers such as 6,6,384,256,65",
                    text);
        }
        int[] n = Arrays.stream(text.split(",", -1)).mapToInt(Integer::parseInt).toArray();
        Shape shape = new Shape(n[0], n[1], n[2], n[3], n[4]);
        try {
            shape.spec();
        } catch (IllegalArgumentException e) {
            throw Failure.usage("--shape %s: %s", text, String.valueOf(e.getMessage()))
                    .because(e);
        }
        return shape;
    }

    /**
     * Returns the model: a GPT-2 without biases and dropout, with learned positions, a tied head and a feed-forward of four times
     * the width.
     */
    public ModelSpec spec() {
        return new ModelSpec(
                new ModelKeys.Frame(vocabulary, context, true, new ModelKeys.Position(Positions.LEARNED)),
                new ModelKeys.Stack(hidden, layers, 0),
                new ModelKeys.Attention(heads, heads, Attention.Bias.NONE),
                new ModelKeys.FeedForward(4 * hidden, FeedForward.Activation.GELU, false),
                new ModelKeys.Norm(Norm.Kind.LAYER_NORM, NORM_EPS, false),
                new ModelKeys.Start(INITIALIZER_RANGE),
                null,
                null);
    }

    /** Returns the text that {@link #parse} reads. */
    public String option() {
        return layers + "," + heads + "," + hidden + "," + context + "," + vocabulary;
    }

    @Override
    public String toString() {
        return layers + "x" + heads + "x" + hidden + ", context " + context + ", vocabulary " + vocabulary;
    }
}
