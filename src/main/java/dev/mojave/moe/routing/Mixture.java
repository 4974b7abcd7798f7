package dev.mojave.moe.routing;

/**
 * One mixture among those of its model.
 *
 * @param number its place in the order in which tokens meet the mixtures, from 0: what logs and profiles call it
 * @param name what people call it: the number of the layer that it is in, or a word such as {@code shrink}
 * @param group what it stands in the place of
 */
public record Mixture(int number, String name, Group group) {
    /** A mixture that is no part of a model, or of one that has not said where it stands. */
    public static final Mixture ALONE = new Mixture(0, "0", Group.LAYER);

    /** What a mixture stands in the place of; balance losses are formed within a group. */
    public enum Group {
        /** The feed-forward half of a layer. */
        LAYER,
        /** A whole layer: its experts are parallel blocks. */
        BLOCKS,
        /** A map between the widths of a model. */
        PROJECTION
    }
}
