package dev.mojave.result.metric;

/**
 * One metric of a run.
 *
 * @param name as it stands in metrics.jsonl, in TensorBoard events and at the head of a CSV column
 * @param quantity what its values mean
 */
public record Metric(String name, Quantity quantity) {
    /** Returns the name of one value of a metric that has several at a time, counted from 0, where each needs a name. */
    public static String element(String name, int index) {
        return name + "/" + index;
    }
}
