package dev.mojave.result;

/**
 * The comparison of one tensor with its reference.
 *
 * @param tensor name of the tensor in io.safetensors
 * @param maxAbs largest absolute difference of a value; NaN if either side contains NaN
 * @param maxRel maxAbs divided by the largest absolute value of the reference
 * @param tolerance largest absolute difference that passes
 * @param pass whether the tensor passes
 */
public record TensorParity(String tensor, double maxAbs, double maxRel, double tolerance, boolean pass) {}
