package dev.mojave.tensor.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mojave.tensor.engine.natives.Libc;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the exit of a process that has loaded libtorch, whose static objects must not be destroyed while other threads use them. Here
 * {@code abort}, registered before libtorch is loaded, stands in for their destructors.
 */
class ExitTest {
    private static final int CODE = 7;
    private static final int ABORTED = 134;

    @Test
    void aProcessExitsWithItsCodeAndWithoutRunningDestructors(@TempDir Path folder) throws Exception {
        assumeTrue(Libc.find().isPresent(), "only glibc is asked");
        assertThat(exitCode(folder, "load")).isEqualTo(CODE);
    }

    @Test
    void withoutTheEngineTheOlderHandlersRun(@TempDir Path folder) throws Exception {
        assumeTrue(Libc.find().isPresent(), "only glibc is asked");
        assertThat(exitCode(folder, "leave")).isEqualTo(ABORTED);
    }

    private static int exitCode(Path folder, String engine) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-CreateCoredumpOnCrash",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        engine))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Registers {@code abort} for the exit, starts the engine or not, and ends as a second signal ends a run. */
    static final class Child {
        private Child() {}

        @SuppressWarnings("restricted") // Calling glibc is the point of this test.
        public static void main(String[] arguments) throws Throwable {
            Linker linker = Linker.nativeLinker();
            var onExit = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("on_exit"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            int _ = (int) onExit.invokeExact(linker.defaultLookup().findOrThrow("abort"), MemorySegment.NULL);
            if (arguments[0].equals("load")) {
                Engine.load();
            }
            Runtime.getRuntime().halt(CODE);
        }
    }
}
