package dev.mojave.train;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A group whose ranks are threads of one process. Only one computes at a time, until it has to wait for the others, because the
 * random number stream belongs to the process and each rank seeds it before drawing.
 */
final class Ranks {
    private final int size;
    private final ReentrantLock turn = new ReentrantLock();
    private final Condition met = turn.newCondition();
    private final List<Optional<Supplier<Tensor>>> given = new ArrayList<>();
    private List<Supplier<Tensor>> exchanged = List.of();
    private int meetings;

    private Ranks(int size) {
        this.size = size;
        for (int rank = 0; rank < size; rank++) {
            given.add(Optional.empty());
        }
    }

    /** Runs a function on every rank of a group and returns the results by rank. */
    static <T> List<T> run(int size, Function<Group, T> work)
            throws InterruptedException, ExecutionException, TimeoutException {
        Ranks ranks = new Ranks(size);
        try (ExecutorService threads = Executors.newFixedThreadPool(size)) {
            List<Future<T>> results = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                Group group = ranks.new Rank(rank);
                results.add(threads.submit(() -> {
                    ranks.turn.lock();
                    try {
                        return work.apply(group);
                    } finally {
                        ranks.turn.unlock();
                    }
                }));
            }
            List<T> all = new ArrayList<>();
            try {
                for (Future<T> result : results) {
                    all.add(result.get(60, TimeUnit.SECONDS));
                }
            } finally {
                threads.shutdownNow();
            }
            return all;
        }
    }

    /** Waits for the contributions of all ranks, and returns them in the order of ranks. */
    private List<Supplier<Tensor>> exchange(int rank, Supplier<Tensor> own) {
        given.set(rank, Optional.of(own));
        if (given.stream().allMatch(Optional::isPresent)) {
            exchanged = given.stream().map(Optional::orElseThrow).toList();
            given.replaceAll(_ -> Optional.empty());
            meetings++;
            met.signalAll();
            return exchanged;
        }
        int meeting = meetings;
        while (meetings == meeting) {
            try {
                met.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("rank " + rank + " waited in vain", e);
            }
        }
        return exchanged;
    }

    /** Returns a supplier that recreates a tensor in the scope of another thread. */
    private static Supplier<Tensor> values(Tensor tensor) {
        long[] shape = tensor.shape();
        if (tensor.dtype() == DType.INT64) {
            long[] values = tensor.toLongs();
            return () -> Tensors.of(values, shape);
        }
        float[] values = tensor.toFloats();
        return () -> Tensors.of(values, shape);
    }

    private final class Rank implements Group {
        private final int rank;

        Rank(int rank) {
            this.rank = rank;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public void sum(List<Tensor> tensors) {
            for (Tensor tensor : tensors) {
                try (Scope _ = Scope.open();
                        NoGrad _ = NoGrad.open()) {
                    List<Tensor> all = gather(tensor);
                    Tensor sum = all.getFirst();
                    for (Tensor more : all.subList(1, size)) {
                        sum = sum.add(more);
                    }
                    tensor.copyInPlace(sum);
                }
            }
        }

        @Override
        public List<Tensor> gather(Tensor own) {
            return exchange(rank, values(own)).stream().map(Supplier::get).toList();
        }
    }
}
