package dev.mojave.tensor.engine.calibration;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.base.process.JavaCommand;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.util.List;
import java.util.Locale;

/**
 * Whether this process may measure the machine: {@value #VARIABLE} in the environment, or the system property {@value #PROPERTY},
 * which takes precedence and is inherited by child processes.
 */
public enum CalibrationPolicy {
    /** Measure once if the request leaves something open. */
    AUTO,
    /** Never measure and ignore earlier measurements: a table decides. */
    NEVER,
    /** Fail if something would have to be measured, whatever was measured earlier: for tests, which must state their settings. */
    REFUSE;

    /** The environment variable. */
    public static final String VARIABLE = "MOJAVE_CALIBRATION";
    /** The system property. */
    public static final String PROPERTY = JavaCommand.CALIBRATION_PROPERTY;

    private static final List<String> VALUES = List.of("auto", "never", "refuse");

    /** Returns the policy of this process, from the property or else the variable. */
    public static CalibrationPolicy ofThisProcess() {
        String property = System.getProperty(PROPERTY, "");
        return property.isBlank()
                ? of(VARIABLE, System.getenv().getOrDefault(VARIABLE, ""))
                : of("-D" + PROPERTY, property);
    }

    /**
     * Reads a value.
     *
     * @param name name of the variable or property, for messages
     */
    static CalibrationPolicy of(String name, String value) {
        String known = value.isBlank() ? "auto" : value.strip();
        if (!VALUES.contains(known)) {
            throw Failure.usage(
                    "%s: '%s' is not one of %s%s",
                    name, value, String.join(", ", VALUES), Suggest.didYouMean(value, VALUES));
        }
        return valueOf(known.toUpperCase(Locale.ROOT));
    }

    /** Returns the failure for a process that must not measure. */
    public static Failure refused(EngineRequest request) {
        return Failure.usage(
                "the machine would be measured here (engine: blas %s, threads %s, precision %s), and %s or -D%s is 'refuse', as in unit"
                        + " tests, which do not wait for that; pass engine.blas, engine.threads and engine.precision (--blas, --threads,"
                        + " --precision; EngineRequest.of(Engine.current()) in Java), or set it to 'never'",
                request.blas(), request.threads(), request.precision(), VARIABLE, PROPERTY);
    }
}
