package dev.mojave.cli;

import dev.mojave.base.process.JavaCommand;
import dev.mojave.cli.verb.study.OwnProgram;
import java.util.List;

/** Starts {@link Main} again. This is a class because linking a lambda would slow down every start. */
final class ThisProgram implements OwnProgram {
    @Override
    public List<String> command(List<String> arguments) {
        return JavaCommand.owned(Main.class, arguments);
    }
}
