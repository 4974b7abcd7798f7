package dev.mojave.cli.verb.study;

import java.util.List;

/** Starts this program again, in a separate process that ends with this one. */
public interface OwnProgram {
    /** Returns the command that runs the program with these arguments. */
    List<String> command(List<String> arguments);
}
