package dev.mojave.data.tokenizer.bpe;

/**
 * The class of a code point in GPT-2's pre-tokenizer: letter ({@code \p{L}}), number ({@code \p{N}}), white space (Unicode's White_Space)
 * or other. New characters are classified by the JDK's version of Unicode.
 */
final class CharClass {
    static final byte OTHER = 0;
    static final byte LETTER = 1;
    static final byte NUMBER = 2;
    static final byte SPACE = 3;

    private static final int BLOCK_BITS = 8;
    /** Blocks of 256 code points, filled on first use; two threads that fill the same block write the same values. */
    private static final byte[][] BLOCKS = new byte[(Character.MAX_CODE_POINT + 1) >> BLOCK_BITS][];
    /** The first block, by far the most used. */
    static final byte[] LATIN = block(0);

    private CharClass() {}

    static byte of(int codePoint) {
        byte[] block = BLOCKS[codePoint >> BLOCK_BITS];
        if (block == null) {
            block = block(codePoint >> BLOCK_BITS);
            BLOCKS[codePoint >> BLOCK_BITS] = block;
        }
        return block[codePoint & ((1 << BLOCK_BITS) - 1)];
    }

    private static byte[] block(int index) {
        byte[] block = new byte[1 << BLOCK_BITS];
        for (int i = 0; i < block.length; i++) {
            block[i] = classify(index << BLOCK_BITS | i);
        }
        return block;
    }

    private static byte classify(int codePoint) {
        if ((codePoint >= '\t' && codePoint <= '\r') || codePoint == 0x85) {
            return SPACE;
        }
        return switch (Character.getType(codePoint)) {
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> SPACE;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> LETTER;
            default -> OTHER;
        };
    }
}
