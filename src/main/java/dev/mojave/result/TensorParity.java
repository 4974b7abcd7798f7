package dev.mojave.result;

/**
 * One tensor beside its reference.
 *
 * @param tensor its name in io.safetensors
 * @param maxAbs largest distance of a value; not a number where either side has such values
 * @param maxRel the same over the largest value of the reference
 * @param tolerance largest distance that passes
 * @param pass whether it passes
 */
public record TensorParity(String tensor, double maxAbs, double maxRel, double tolerance, boolean pass) {}
