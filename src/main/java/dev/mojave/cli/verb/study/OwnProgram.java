package dev.mojave.cli.verb.study;

import java.util.List;

/** How a verb starts this program again, in a process of its own that ends with this one. */
public interface OwnProgram {
    /** Returns the command that runs the program with these arguments. */
    List<String> command(List<String> arguments);
}
