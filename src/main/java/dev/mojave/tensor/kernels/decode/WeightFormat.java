package dev.mojave.tensor.kernels.decode;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import java.util.Arrays;
import java.util.List;

/**
 * The format in which the weights of matrix products are stored during generation. Each token reads every weight once, so its time is the
 * size of the weights divided by the memory bandwidth.
 */
public enum WeightFormat {
    /** Unchanged, 4 bytes each. */
    FP32("fp32"),
    /** The upper half of a float32, rounded to even: 2 bytes each. */
    BF16("bf16"),
    /**
     * Integers from -127 to 127 in blocks of {@value PackedMatrix#BLOCK} along a row, each block with a float32 scale of its largest
     * magnitude / 127: 1.06 bytes each.
     */
    INT8("int8");

    private final String key;

    WeightFormat(String key) {
        this.key = key;
    }

    /** Returns its name on the command line. */
    public String key() {
        return key;
    }

    /**
     * Reads a name.
     *
     * @param flag name of the flag, for messages
     * @throws Failure of kind USAGE that lists the names
     */
    public static WeightFormat parse(String flag, String text) {
        List<String> keys = Arrays.stream(values()).map(WeightFormat::key).toList();
        return Arrays.stream(values())
                .filter(format -> format.key.equals(text))
                .findFirst()
                .orElseThrow(() -> Failure.usage(
                        "%s: '%s' is not one of %s%s",
                        flag, text, String.join(", ", keys), Suggest.didYouMean(text, keys)));
    }
}
