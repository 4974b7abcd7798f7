package dev.mojave.generate;

import dev.mojave.data.tokenizer.SpecialTokens;
import java.util.Arrays;

/**
 * A prompt as a model reads it: the tokens that its texts begin with, then those of the prompt. Of one that is longer than the context the
 * model reads the begin tokens and as much of the end as fits.
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
     * Makes the prompt of a text.
     *
     * @param special what texts begin with
     * @param text ids of the text, possibly none
     * @param context how many tokens the model reads at once
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

    /** Returns all ids, of which a model may read but a part. */
    int[] ids() {
        return ids;
    }

    /** Returns the ids of the text that was given. */
    int[] text() {
        return text;
    }

    /** Returns how many tokens the prompt has, those that were put in front of it included. */
    public int tokens() {
        return ids.length;
    }

    /** Returns how many tokens of it the model does not read. */
    public int leftOut() {
        return Math.max(0, ids.length - context);
    }

    /** Returns what the model reads of the prompt. */
    int[] fitting(int capacity) {
        return latest(ids, ids.length, Math.min(ids.length, capacity));
    }

    /**
     * Returns the begin tokens and behind them the end of what has been read and written.
     *
     * @param history the prompt and what follows it
     * @param length how much of it there is
     * @param kept how many ids to return
     */
    int[] latest(int[] history, int length, int kept) {
        int[] latest = Arrays.copyOfRange(history, length - kept, length);
        if (begin < kept) {
            System.arraycopy(ids, 0, latest, 0, begin);
        }
        return latest;
    }
}
