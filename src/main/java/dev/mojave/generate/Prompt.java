package dev.mojave.generate;

import dev.mojave.data.tokenizer.SpecialTokens;
import java.util.Arrays;

/**
 * The tokens of a prompt: the model's begin tokens, then those of the text. If they exceed the context, the model reads the begin
 * tokens and as much of the end of the text as fits.
 */
public final class Prompt {
    private final int[] ids;
    private final int begin;
    private final int[] text;
    private final int context;

    private Prompt(int[] ids, int begin, int[] text, int context) {
        this.ids = ids;
        this.begin = begin;
        this.text = text;
        this.context = context;
    }

    /**
     * Creates the prompt of a text.
     *
     * @param special begin tokens of the model, and the token that an empty prompt starts from
     * @param text token ids of the text, possibly none
     * @param context maximum number of tokens of the model
     */
    static Prompt of(SpecialTokens special, int[] text, int context) {
        int begin = special.begin().size();
        if (begin == 0 && text.length == 0) {
            return new Prompt(new int[] {special.start()}, 0, text, context);
        }
        int[] ids = new int[begin + text.length];
        for (int i = 0; i < begin; i++) {
            ids[i] = special.begin().get(i);
        }
        System.arraycopy(text, 0, ids, begin, text.length);
        return new Prompt(ids, begin, text, context);
    }

    /** Returns all ids, including those that do not fit the context. */
    int[] ids() {
        return ids;
    }

    /** Returns the ids of the text, without begin tokens. */
    int[] text() {
        return text;
    }

    /** Returns the number of tokens of the prompt, including begin tokens. */
    public int tokens() {
        return ids.length;
    }

    /** Returns the number of tokens of the prompt that the model does not read. */
    public int leftOut() {
        return Math.max(0, ids.length - context);
    }

    /** Returns the ids that the model reads, at most {@code capacity}. */
    int[] fitting(int capacity) {
        return latest(ids, ids.length, Math.min(ids.length, capacity));
    }

    /**
     * Returns the begin tokens followed by the most recent tokens of prompt and continuation.
     *
     * @param history ids of the prompt and its continuation
     * @param length number of valid ids in {@code history}
     * @param kept number of ids to return
     */
    int[] latest(int[] history, int length, int kept) {
        int[] latest = Arrays.copyOfRange(history, length - kept, length);
        if (begin < kept) {
            System.arraycopy(ids, 0, latest, 0, begin);
        }
        return latest;
    }
}
