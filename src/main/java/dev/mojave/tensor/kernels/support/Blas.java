package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.engine.Engine;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Matrix products of float32 or bfloat16 factors with float32 results, computed by libtorch's BLAS library and called from the threads of
 * {@link Workers}, one thread per product: a kernel cuts its tokens into tasks and keeps the values between two products in the core's
 * cache. Measured, this is as fast as the library's own threads, which would compete with the workers for the cores.
 *
 * <p>Products must be called inside {@link #forEach} or {@link #forRows}: elsewhere the library would start threads of its own.
 */
public final class Blas {
    private static final int ROW_MAJOR = 101;
    private static final int AS_IT_IS = 111;
    private static final int TRANSPOSED = 112;

    /**
     * Maximum rows per task, large enough that packing the other factor costs little. Half as many would not make the activations of a wide
     * layer fit a core's cache either: at the default shape, 512 rows take 4% longer.
     */
    private static final int MOST_ROWS = 1024;

    private static final int FEWEST_ROWS = 192;

    private Blas() {}

    /** Returns whether the library was found; if not, kernels with matrix products are replaced by their reference implementations. */
    public static boolean available() {
        return Library.FOUND.isPresent();
    }

    /** Returns whether the library multiplies bfloat16 factors. */
    public static boolean multipliesNarrow() {
        return Library.FOUND.flatMap(Library::narrow).isPresent();
    }

    /** Computes C = A B^T + beta C: a (m, k), b (n, k), c (m, n). */
    public static void multiplyTransposed(int m, int n, int k, Matrix a, Matrix b, float beta, Matrix c) {
        multiply(AS_IT_IS, TRANSPOSED, m, n, k, a, b, beta, c);
    }

    /** Computes C = A B + beta C: a (m, k), b (k, n), c (m, n). */
    public static void multiply(int m, int n, int k, Matrix a, Matrix b, float beta, Matrix c) {
        multiply(AS_IT_IS, AS_IT_IS, m, n, k, a, b, beta, c);
    }

    /** Computes C = A^T B + beta C: a (k, m), b (k, n), c (m, n). */
    public static void transposedMultiply(int m, int n, int k, Matrix a, Matrix b, float beta, Matrix c) {
        multiply(TRANSPOSED, AS_IT_IS, m, n, k, a, b, beta, c);
    }

    private static void multiply(
            int transposeA, int transposeB, int m, int n, int k, Matrix a, Matrix b, float beta, Matrix c) {
        if (a.type() != b.type() || c.type() != DType.FLOAT32) {
            throw new IllegalArgumentException("a product of " + a.type() + " and " + b.type() + " in " + c.type());
        }
        try {
            library()
                    .product(a.type())
                    .invokeExact(
                            ROW_MAJOR,
                            transposeA,
                            transposeB,
                            m,
                            n,
                            k,
                            1f,
                            a.pointer(),
                            a.stride(),
                            b.pointer(),
                            b.stride(),
                            beta,
                            c.pointer(),
                            c.stride());
        } catch (Throwable e) {
            throw new IllegalStateException("a product cannot throw", e);
        }
    }

    /** Runs a loop like {@link Workers#forEach}, whose body may call products. */
    static void forEach(int count, IntConsumer body) {
        Library library = library();
        if (library.perThread) {
            Workers.forEach(count, i -> {
                int before = library.threads(1);
                try {
                    body.accept(i);
                } finally {
                    library.threads(before);
                }
            });
        } else {
            library.threads(1);
            try {
                Workers.forEach(count, body);
            } finally {
                library.threads(Engine.current().threads());
            }
        }
    }

    /** The body of a loop over tasks of rows. */
    @FunctionalInterface
    public interface RowsBody {
        /** Processes rows {@code from} to {@code from + count - 1}. */
        void accept(int task, int from, int count);
    }

    /** Returns the number of tasks for a number of rows; it depends on the number of threads, which is pinned in a run. */
    public static int tasks(int rows) {
        return (rows + rowsOfTask(rows) - 1) / rowsOfTask(rows);
    }

    /** Runs a loop over tasks of rows, whose body may call products. */
    public static void forRows(int rows, RowsBody body) {
        int each = rowsOfTask(rows);
        forEach(tasks(rows), task -> body.accept(task, task * each, Math.min(each, rows - task * each)));
    }

    /** Returns the number of rows per piece of a task, so that its activations stay in cache. */
    static int pieces(int rows) {
        int pieces = Math.max(1, (rows + MOST_ROWS - 1) / MOST_ROWS);
        return Math.max(1, (rows + pieces - 1) / pieces);
    }

    static int rowsOfTask(int rows) {
        int threads = Engine.current().threads();
        int ofThread = (rows + threads - 1) / threads;
        int pieces = ofThread < 2 * FEWEST_ROWS ? 1 : Math.max(2, (ofThread + MOST_ROWS - 1) / MOST_ROWS);
        return Math.max(1, (ofThread + pieces - 1) / pieces);
    }

    private static Library library() {
        return Library.FOUND.orElseThrow();
    }

    /**
     * The library's entry points.
     *
     * @param sgemm {@code cblas_sgemm}
     * @param narrow the same with bfloat16 factors, if the library has it
     * @param setThreads sets the number of threads of a product
     * @param perThread whether the setting applies to the calling thread only (MKL) and the call returns the previous one
     */
    private record Library(
            MethodHandle sgemm, Optional<MethodHandle> narrow, MethodHandle setThreads, boolean perThread) {
        static final Optional<Library> FOUND = find();

        @SuppressWarnings("restricted") // Calling the BLAS library is the purpose of this class.
        private static Optional<Library> find() {
            boolean mkl = Engine.current().blas().equals("mkl");
            SymbolLookup symbols = SymbolLookup.loaderLookup();
            Linker linker = Linker.nativeLinker();
            FunctionDescriptor set = mkl
                    ? FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)
                    : FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT);
            return symbols.find("cblas_sgemm")
                    .flatMap(sgemm -> symbols.find(mkl ? "MKL_Set_Num_Threads_Local" : "openblas_set_num_threads")
                            .map(threads -> new Library(
                                    linker.downcallHandle(sgemm, productDescriptor()),
                                    symbols.find(mkl ? "cblas_gemm_bf16bf16f32" : "cblas_sbgemm")
                                            .map(product -> linker.downcallHandle(product, productDescriptor())),
                                    linker.downcallHandle(threads, set),
                                    mkl)));
        }

        private static FunctionDescriptor productDescriptor() {
            return FunctionDescriptor.ofVoid(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_FLOAT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_FLOAT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT);
        }

        MethodHandle product(DType factors) {
            return factors == DType.FLOAT32 ? sgemm : narrow.orElseThrow();
        }

        private int threads(int count) {
            try {
                if (perThread) {
                    return (int) setThreads.invokeExact(count);
                }
                setThreads.invokeExact(count);
                return count;
            } catch (Throwable e) {
                throw new IllegalStateException("setting the threads of the BLAS library cannot throw", e);
            }
        }
    }
}
