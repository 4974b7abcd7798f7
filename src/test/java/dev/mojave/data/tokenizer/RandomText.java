package dev.mojave.data.tokenizer;

import java.util.List;
import java.util.Random;

/** Text that is hard to split: all of Unicode, spaces of every kind, contractions and text that looks like them. */
public final class RandomText {
    private static final List<String> PARTS = List.of(
            "'s",
            "'ve",
            "'LL",
            "'",
            " ",
            "  ",
            "\n",
            "\r\n",
            "\t",
            "\u00a0",
            "\u2003",
            "\u3000",
            "\u0085",
            "\u001c",
            "\u200b",
            "a",
            "Z",
            " the",
            "7",
            " 42",
            "½",
            "é",
            "e\u0301",
            "中",
            "!",
            " --",
            "<|endoftext|>",
            "<|endof");

    private RandomText() {}

    public static String of(Random random, int parts) {
        StringBuilder text = new StringBuilder();
        int all = random.nextInt(4);
        for (int i = 0; i < parts; i++) {
            if (random.nextInt(4) < all) {
                text.append(PARTS.get(random.nextInt(PARTS.size())));
            } else {
                text.appendCodePoint(codePoint(random));
            }
        }
        return text.toString();
    }

    private static int codePoint(Random random) {
        int end = List.of(0x80, 0x300, 0x3000, Character.MAX_CODE_POINT + 1).get(random.nextInt(4));
        int codePoint = 1 + random.nextInt(end - 1);
        return codePoint >= 0xd800 && codePoint < 0xe000 ? ' ' : codePoint;
    }
}
