package dev.mojave.cli.console;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The terminal that the program is connected to, if any.
 *
 * @param error whether standard error is a terminal that can redraw a line
 * @param colour whether standard error may be coloured
 * @param width the width in columns
 * @param colourOutput whether standard output may be coloured too
 */
public record Terminal(boolean error, boolean colour, int width, boolean colourOutput) {
    private static final int USUAL_WIDTH = 80;

    /** No terminal but a file or pipe, which receives plain lines. */
    public static final Terminal NONE = new Terminal(false, false, USUAL_WIDTH, false);

    /**
     * Detects the terminal from the launcher's finding ({@code -Dmojave.terminal=out,err}, which the shell gets for free) and from the
     * environment variables {@code NO_COLOR}, {@code TERM} and {@code COLUMNS}.
     */
    public static Terminal detect() {
        return detect(System.getProperty("mojave.terminal", ""), System::getenv);
    }

    /** Implements {@link #detect()} for the given finding and environment. */
    static Terminal detect(String terminals, UnaryOperator<@Nullable String> environment) {
        List<String> connected = Arrays.asList(terminals.split(",", -1));
        String term = environment.apply("TERM");
        boolean capable = term != null && !term.equals("dumb");
        String noColour = environment.apply("NO_COLOR");
        boolean error = connected.contains("err") && capable;
        boolean colour = capable && (noColour == null || noColour.isEmpty());
        return new Terminal(error, error && colour, width(environment), connected.contains("out") && colour);
    }

    private static int width(UnaryOperator<@Nullable String> environment) {
        String columns = environment.apply("COLUMNS");
        return columns != null && columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : USUAL_WIDTH;
    }
}
