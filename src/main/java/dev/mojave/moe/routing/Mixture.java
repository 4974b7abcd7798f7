package dev.mojave.moe.routing;

/**
 * The identity of a mixture within its model.
 *
 * @param number index of the mixture in forward order, counted from 0; used in logs and profiles
 * @param name name for people: the index of its layer, or a word such as {@code shrink}
 * @param group part of the model that it replaces
 */
public record Mixture(int number, String name, Group group) {
    /** A mixture outside a model, or whose place in the model has not been set. */
    public static final Mixture ALONE = new Mixture(0, "0", Group.LAYER);

    /** The part of the model that a mixture replaces; balance losses are computed per group. */
    public enum Group {
        /** The feed-forward layer of a block. */
        LAYER,
        /** A whole layer: its experts are parallel blocks. */
        BLOCKS,
        /** A projection between two widths of a model. */
        PROJECTION
    }
}
