package dev.mojave.tensor.engine;

import dev.mojave.base.Progress;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives every test class the engine's default precision, threads and kernels, whatever the class before it chose: the engine is the
 * process's, and so are all test classes. JUnit finds this by itself (META-INF/services).
 */
public final class EngineReset implements AfterAllCallback {
    @Override
    public void afterAll(ExtensionContext context) {
        if (Engine.running()) {
            Engine.configure(EngineRequest.DEFAULT, Progress.SILENT);
        }
    }
}
