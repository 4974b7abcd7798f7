package dev.mojave.tensor.engine.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/**
 * Calls to glibc: before libtorch is loaded, allocator settings and environment variables that libraries read with {@code getenv} while
 * they load; afterwards, a clean exit of the process. On other systems nothing is done.
 */
public final class Libc {
    // From glibc's malloc.h.
    private static final int M_TRIM_THRESHOLD = -1;
    private static final int M_TOP_PAD = -2;
    private static final int M_MMAP_THRESHOLD = -3;
    private static final int M_MMAP_MAX = -4;
    private static final int M_ARENA_MAX = -8;

    private final MethodHandle mallopt;
    private final MethodHandle trim;
    private final MethodHandle setenv;
    private final MethodHandle onExit;
    private final MemorySegment exitNow;

    private Libc(
            MethodHandle mallopt, MethodHandle trim, MethodHandle setenv, MethodHandle onExit, MemorySegment exitNow) {
        this.mallopt = mallopt;
        this.trim = trim;
        this.setenv = setenv;
        this.onExit = onExit;
        this.exitNow = exitNow;
    }

    /** Returns access to glibc; empty on other systems, or if native access is denied. */
    @SuppressWarnings("restricted")
    public // calling glibc is what this class is for
    static Optional<Libc> find() {
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
            return Optional.empty();
        }
        try {
            Linker linker = Linker.nativeLinker();
            SymbolLookup symbols = linker.defaultLookup();
            if (symbols.find("gnu_get_libc_version").isEmpty()) {
                return Optional.empty();
            }
            MethodHandle mallopt = linker.downcallHandle(
                    symbols.findOrThrow("mallopt"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            MethodHandle trim = linker.downcallHandle(
                    symbols.findOrThrow("malloc_trim"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
            MethodHandle setenv = linker.downcallHandle(
                    symbols.findOrThrow("setenv"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            MethodHandle onExit = linker.downcallHandle(
                    symbols.findOrThrow("on_exit"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            return Optional.of(new Libc(mallopt, trim, setenv, onExit, symbols.findOrThrow("_exit")));
        } catch (IllegalCallerException | UnsupportedOperationException | java.util.NoSuchElementException e) {
            return Optional.empty();
        }
    }

    /**
     * Keeps freed blocks in the process. Otherwise glibc returns every large tensor to the kernel, and page faults take up to half of each
     * training step. There is one arena, because other arenas cannot hold large blocks without mmap.
     *
     * @return whether glibc accepted every setting
     */
    boolean keepFreedBlocks() {
        return option(M_MMAP_THRESHOLD, 1 << 30)
                && option(M_TRIM_THRESHOLD, Integer.MAX_VALUE)
                && option(M_TOP_PAD, 64 << 20)
                && option(M_MMAP_MAX, 0)
                && option(M_ARENA_MAX, 1);
    }

    /** Returns freed memory to the kernel, once. */
    void giveBack() {
        try {
            int ignored = (int) trim.invokeExact(0L);
        } catch (Throwable e) {
            throw new IllegalStateException("malloc_trim cannot throw", e);
        }
    }

    /** Sets an environment variable for native code, unless the user has set it already. */
    void environment(String name, String value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nameText = arena.allocateFrom(name);
            MemorySegment valueText = arena.allocateFrom(value);
            int ignored = (int) setenv.invokeExact(nameText, valueText, 0);
        } catch (Throwable e) {
            throw new IllegalStateException("setenv cannot throw", e);
        }
    }

    /**
     * Makes the process exit without running the destructors of libraries loaded so far. The JVM ends with {@code exit}, which destroys
     * libtorch's static objects while another thread may still use them, and occasionally causes a segmentation fault. Exit handlers run
     * last in, first out: {@code _exit}, registered as the newest, receives the exit code and skips the older ones.
     */
    void endWithoutDestructors() {
        try {
            int ignored = (int) onExit.invokeExact(exitNow, MemorySegment.NULL);
        } catch (Throwable e) {
            throw new IllegalStateException("on_exit cannot throw", e);
        }
    }

    private boolean option(int parameter, int value) {
        try {
            return (int) mallopt.invokeExact(parameter, value) == 1;
        } catch (Throwable e) {
            throw new IllegalStateException("mallopt cannot throw", e);
        }
    }
}
