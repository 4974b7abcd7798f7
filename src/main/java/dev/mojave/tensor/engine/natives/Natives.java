package dev.mojave.tensor.engine.natives;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.UserHome;
import dev.mojave.tensor.engine.choice.EngineChoice;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/** Loads libtorch with one BLAS library: makes the settings, loads the libraries, and verifies which ones were loaded. */
public final class Natives {
    private static final String BLAS_PROPERTY = "org.bytedeco.openblas.load";
    /** Whether JavaCPP searches for libraries when a class of its own is first used. */
    private static final String SEARCH_PROPERTY = "org.bytedeco.javacpp.loadlibraries";
    /** Set by the launcher and inherited by child processes. */
    private static final String OWN_PROCESS = "mojave.root";

    private static final String MKL_LIBRARY = "mkl_rt";
    private static final Path MAPS = Path.of("/proc/self/maps");

    private Natives() {}

    /** Sets JavaCPP's properties before its first class is loaded: no polling of resident memory at every allocation. */
    static void prepareJavaCpp() {
        setIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
        setIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    }

    /** Returns whether the BLAS library's natives for this system are on the class path. */
    public static boolean has(String blas) {
        if (!blas.equals("mkl")) {
            return true;
        }
        prepareJavaCpp();
        String folder = "/org/bytedeco/mkl/" + Loader.getPlatform() + "/";
        return Stream.of("libmkl_rt.so.2", "mkl_rt.2.dll", "libmkl_rt.2.dylib")
                .anyMatch(file -> Natives.class.getResource(folder + file) != null);
    }

    /**
     * Loads the natives.
     *
     * @return the state of the allocator: {@link EngineChoice#MALLOC_TUNED} or {@link EngineChoice#MALLOC_SYSTEM}
     * @throws Failure of kind ENVIRONMENT if they cannot be loaded
     */
    public static String load(String blas, int threads, Progress progress) {
        prepareJavaCpp();
        Optional<Libc> libc = Libc.find();
        boolean tuned = libc.isPresent() && libc.get().keepFreedBlocks();
        libc.ifPresent(c -> environment(c, threads));
        if (blas.equals("mkl")) {
            System.setProperty(BLAS_PROPERTY, MKL_LIBRARY);
        } else {
            System.clearProperty(BLAS_PROPERTY);
        }
        try {
            loadLocked(blas, progress);
            verify(blas);
            setThreads(blas, threads);
            libc.ifPresent(Libc::endWithoutDestructors);
        } catch (LinkageError | RuntimeException e) {
            throw e instanceof Failure failure ? failure : translate(e, blas);
        }
        return tuned ? EngineChoice.MALLOC_TUNED : EngineChoice.MALLOC_SYSTEM;
    }

    /**
     * Checks for a GPU.
     *
     * @throws Failure of kind ENVIRONMENT if there is none that this build can use
     */
    public static void requireCuda() {
        if (!torch.cuda_is_available()) {
            throw Failure.environment(
                    "engine.device: cuda is not available here; use engine.device=cpu, or a build with the cuda"
                            + " profile (CONTRIBUTING.md) on a machine with an NVIDIA GPU");
        }
    }

    /** Sets the threads of libtorch and of OpenBLAS, which has a pool of its own; MKL runs on libtorch's. */
    public static void setThreads(String blas, int threads) {
        torch.set_num_threads(threads);
        if (blas.equals("openblas")) {
            openblas.blas_set_num_threads(threads);
        }
    }

    private static void environment(Libc libc, int threads) {
        // Spin briefly: sleeping after each product costs a wake-up before the next, a third of the step of a small
        // model; spinning for
        // milliseconds, the default, takes the cores away from Java's kernels.
        libc.environment("GOMP_SPINCOUNT", "20000");
        libc.environment("KMP_BLOCKTIME", "0");
        // MKL shares libtorch's OpenMP threads; its own choice would depend on which libraries are loaded.
        libc.environment("MKL_THREADING_LAYER", "GNU");
        libc.environment("OMP_NUM_THREADS", Integer.toString(threads));
        libc.environment("OPENBLAS_NUM_THREADS", Integer.toString(threads));
    }

    /**
     * JavaCPP points a link in its cache at the BLAS library of the starting process, so two processes that start at the same time with
     * different choices must not see each other's link. One process at a time may unpack and link; many may load.
     */
    private static void loadLocked(String blas, Progress progress) {
        File cache = cacheDirectory();
        Path lockFile = cache.toPath().resolve(".mojave-load.lock");
        // Loading the libraries directly switches off JavaCPP's search, which we must not do inside another program.
        Optional<UnpackedLibraries> unpacked = System.getProperty(OWN_PROCESS) == null
                ? Optional.empty()
                : UnpackedLibraries.of(cache.toPath(), System.getProperty("java.class.path", ""), blas);
        if (unpacked.isPresent() && loadedUnpacked(unpacked.get(), lockFile)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = exclusive(channel, cache, progress)) {
            Loader.load(torch.class);
            unpacked.ifPresent(list -> list.remember(Loader.getLoadedLibraries().values()));
            assert lock.isValid();
        } catch (IOException e) {
            throw Failure.environment(
                            "the native libraries cannot be unpacked into %s (%s); make it writable, or name another folder with"
                                    + " -Dorg.bytedeco.javacpp.cachedir=DIR",
                            cache, String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    private static boolean loadedUnpacked(UnpackedLibraries unpacked, Path lockFile) {
        if (!Files.isReadable(lockFile)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.READ);
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
            if (lock == null || !unpacked.load(Natives::loadLibrary)) {
                return false;
            }
            System.setProperty(SEARCH_PROPERTY, "false");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @SuppressWarnings("restricted") // loading native libraries is what this class is for
    private static void loadLibrary(String path) {
        System.load(path);
    }

    private static FileLock exclusive(FileChannel channel, File cache, Progress progress) throws IOException {
        FileLock lock = channel.tryLock();
        if (lock != null) {
            return lock;
        }
        progress.say("waiting: another mojave is unpacking or loading the native libraries in " + cache);
        return channel.lock();
    }

    private static File cacheDirectory() {
        UserHome.publish();
        try {
            return Loader.getCacheDir();
        } catch (IOException e) {
            throw Failure.environment(
                            "there is no folder for the native libraries (%s); name one with -Dorg.bytedeco.javacpp.cachedir=DIR",
                            String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    private static void verify(String blas) {
        List<String> maps = maps();
        boolean mkl = maps.stream().anyMatch(line -> line.contains("/libmkl_rt") || line.contains("/libmkl_core"));
        if (!maps.isEmpty() && mkl != blas.equals("mkl")) {
            throw Failure.environment(
                    "engine.blas: %s was asked for, but %s was loaded; empty the folder %s and try again, or choose engine.blas: %s",
                    blas, mkl ? "mkl" : "openblas", cacheDirectory(), mkl ? "mkl" : "openblas");
        }
    }

    private static List<String> maps() {
        try {
            return Files.isReadable(MAPS) ? Files.readAllLines(MAPS) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Failure translate(Throwable error, String blas) {
        String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        String reason = reason(error);
        if (reason.toLowerCase(Locale.ROOT).contains("no space left")) {
            return Failure.environment(
                            "the disk is full: the native libraries need 1 GB in %s; free some, or name another folder with"
                                    + " -Dorg.bytedeco.javacpp.cachedir=DIR",
                            cacheDirectory())
                    .because(error);
        }
        String other = blas.equals("mkl") ? ", or choose engine.blas: openblas" : "";
        return Failure.environment(
                        "libtorch with %s does not load on %s: %s. Its libraries for this system must be on the class path"
                                + " (supported: linux-x86_64; macOS and Windows untested)%s",
                        blas, platform, reason, other)
                .because(error);
    }

    private static String reason(Throwable error) {
        Throwable root = error;
        for (Throwable cause = root.getCause(); cause != null; cause = root.getCause()) {
            root = cause;
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
