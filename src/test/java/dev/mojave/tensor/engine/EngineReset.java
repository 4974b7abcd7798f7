package dev.mojave.tensor.engine;

import dev.mojave.base.Progress;
import dev.mojave.tensor.engine.calibration.CalibrationPolicy;
import dev.mojave.tensor.engine.choice.EngineRequest;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Manages the engine, which all test classes of a process share. It starts before the first class, without measuring the machine; a later
 * measurement, here or in a process that a test starts with {@code JavaCommand}, is refused with an explanation. After each class,
 * precision, threads and kernels are reset to the defaults. JUnit finds this extension through META-INF/services, however the tests are
 * run.
 */
public final class EngineReset implements BeforeAllCallback, AfterAllCallback {
    /** Sets the BLAS library of all tests, if it should not be the one that is probably faster on the processor: {@code mkl} or {@code openblas}. */
    private static final String BLAS_PROPERTY = "mojave.test.blas";

    @Override
    public void beforeAll(ExtensionContext context) {
        if (System.getProperty(CalibrationPolicy.PROPERTY) == null) {
            System.setProperty(CalibrationPolicy.PROPERTY, "refuse");
        }
        if (!Engine.running()) {
            String blas = System.getProperty(BLAS_PROPERTY, "");
            if (blas.isEmpty()) {
                Engine.load();
            } else {
                Engine.configure(new EngineRequest("auto", "fp32", blas, "auto", "auto"), Progress.SILENT);
            }
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (Engine.running()) {
            Engine.configure(EngineRequest.DEFAULT, Progress.SILENT);
        }
    }
}
