package dev.mojave.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * A lexical lifetime for native memory: every native object that this thread creates while the scope is open is freed when it closes,
 * unless it was {@linkplain #keep kept}. Scopes nest and belong to one thread.
 *
 * {@snippet :
 * try (Scope scope = Scope.open()) {
 *     return scope.keep(a.matmul(b).add(c)); // the product is freed, the sum is kept
 * }
 * }
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<@Nullable Scope> CURRENT = new ThreadLocal<>();

    private final @Nullable Scope parent;
    private final PointerScope pointers;
    private final List<Object> held = new ArrayList<>();
    private final List<Runnable> endings = new ArrayList<>();

    private Scope(@Nullable Scope parent) {
        this.parent = parent;
        this.pointers = new PointerScope();
    }

    /** Opens a scope inside the current one. */
    public static Scope open() {
        Scope scope = new Scope(CURRENT.get());
        CURRENT.set(scope);
        return scope;
    }

    /**
     * Lets a tensor outlive this scope: it moves to the enclosing scope or, if there is none, to the caller, who then owns it and must call
     * {@link Tensor#close()}.
     */
    public Tensor keep(Tensor tensor) {
        if (parent != null) {
            parent.pointers.attach(tensor.handle());
        } else {
            tensor.handle().retainReference();
        }
        return tensor;
    }

    /** Keeps a Java object reachable until the innermost open scope of this thread closes; native callbacks need that. */
    static void hold(Object object) {
        innermost().held.add(object);
    }

    /** Runs an action when the innermost open scope of this thread closes. */
    static void atEnd(Runnable ending) {
        innermost().endings.add(ending);
    }

    private static Scope innermost() {
        Scope scope = CURRENT.get();
        if (scope == null) {
            throw new TensorException("a custom operation needs an open Scope, which owns its callbacks", null);
        }
        return scope;
    }

    /** Returns the number of native objects alive in this process: a gauge for leaks. */
    public static long liveObjects() {
        return Pointer.totalCount();
    }

    @Override
    public void close() {
        if (CURRENT.get() != this) {
            throw new IllegalStateException(
                    "scopes close in the reverse order of opening, on the thread that opened them");
        }
        if (parent == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(parent);
        }
        endings.forEach(Runnable::run);
        pointers.close();
        held.clear();
    }
}
