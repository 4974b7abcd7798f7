package dev.mojave.tensor.engine;

import dev.mojave.base.Progress;
import dev.mojave.tensor.engine.calibration.CalibrationPolicy;
import dev.mojave.tensor.engine.choice.EngineRequest;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The engine of all test classes, which is their process's. It starts before the first of them, without measuring the machine; what would
 * measure it after that, here or in a process that a test starts by {@code JavaCommand}, is refused by name. After each class it has the
 * default precision, threads and kernels again. JUnit finds this by itself (META-INF/services), in whichever way the tests are run.
 */
public final class EngineReset implements BeforeAllCallback, AfterAllCallback {
    /** The BLAS library of all tests, where it is not to be the likelier one for the processor: {@code mkl} or {@code openblas}. */
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
