package dev.mojave.result.metric;

/**
 * One metric of a run.
 *
 * @param name name in metrics.jsonl, in TensorBoard events and in the header of a CSV column
 * @param quantity meaning of the values
 */
public record Metric(String name, Quantity quantity) {
    /** Returns the name of one element of a vector-valued metric, for formats in which every value needs a name; the index starts at 0. */
    public static String element(String name, int index) {
        return name + "/" + index;
    }
}
