package dev.mojave.lab.trials;

import dev.mojave.base.Check;
import dev.mojave.base.StopSignal;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.process.ChildProcess;
import dev.mojave.base.process.OwnedProcess;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;

/**
 * Runs trials on this machine, some side by side, each in a process of its own: a native crash, or the kernel ending a process that takes
 * too much memory, costs one trial and not the others, and the peak memory that a trial reports is its own.
 */
public final class LocalExecutor implements Executor {
    private static final Duration POLL = Duration.ofMillis(100);
    /** Polls between two looks at a trial's status.json, which it writes every two seconds. */
    private static final int LOOK_EVERY = 5;

    /** What the command line puts before the reason why it failed. */
    private static final String SAID = "mojave: ";

    private final int jobs;
    private final TrialCommands commands;

    /**
     * An executor.
     *
     * @param jobs how many trials run side by side, from 1
     */
    public LocalExecutor(int jobs, TrialCommands commands) {
        Check.that(jobs >= 1, "jobs (%d) must be at least 1", jobs);
        this.jobs = jobs;
        this.commands = commands;
    }

    /** Runs a list of trials. */
    void run(List<Trial> trials, TrialListener listener, StopSignal stop) {
        Queue<Trial> waiting = new ArrayDeque<>(trials);
        run(() -> Optional.ofNullable(waiting.poll()), listener, stop);
    }

    @Override
    public void run(TrialSource trials, TrialListener listener, StopSignal stop) {
        Turns turns = new Turns(trials, stop);
        Queue<RuntimeException> broken = new ConcurrentLinkedQueue<>();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            workers.add(Thread.ofVirtual().start(() -> {
                try {
                    work(turns, listener, stop);
                } catch (RuntimeException e) {
                    broken.add(e);
                }
            }));
        }
        for (Thread worker : workers) {
            join(worker);
        }
        if (!broken.isEmpty()) {
            throw broken.remove();
        }
    }

    /** Hands trials to workers. One that finds none waits while others run, since what they find may ask for more. */
    private static final class Turns {
        private final TrialSource trials;
        private final StopSignal stop;
        private int running;
        private long ended;

        Turns(TrialSource trials, StopSignal stop) {
            this.trials = trials;
            this.stop = stop;
        }

        synchronized Optional<Trial> take() {
            for (long asked = -1; !stop.requested(); ) {
                if (asked != ended) {
                    asked = ended;
                    Optional<Trial> next = trials.next();
                    if (next.isPresent()) {
                        running++;
                        return next;
                    }
                    if (running == 0) {
                        return Optional.empty();
                    }
                }
                try {
                    wait(POLL.toMillis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return Optional.empty();
                }
            }
            return Optional.empty();
        }

        synchronized void ended() {
            running--;
            ended++;
            notifyAll();
        }
    }

    private static void join(Thread worker) {
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                // Passed on: the worker ends its process, which must not be left behind.
                interrupted = true;
                worker.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(Turns turns, TrialListener listener, StopSignal stop) {
        for (Optional<Trial> next = turns.take(); next.isPresent(); next = turns.take()) {
            Trial trial = next.get();
            try {
                TrialOutcome outcome = run(trial, listener, stop);
                if (outcome instanceof TrialOutcome.Failed(String reason)) {
                    // A process that crashed could not say so in its own folder.
                    trial.run().ifPresent(run -> run.write(run.status().with(Status.State.FAILED, reason)));
                }
                synchronized (listener) {
                    listener.ended(trial, outcome);
                }
            } finally {
                turns.ended();
            }
        }
    }

    private TrialOutcome run(Trial trial, TrialListener listener, StopSignal stop) {
        synchronized (listener) {
            listener.started(trial);
        }
        // Whatever happens here, no trial outlives what it is a trial of.
        try (ChildProcess process =
                ChildProcess.logging(commands.train(trial.folder()), trial.log(), UnaryOperator.identity())) {
            boolean told = false;
            OptionalInt exit = process.await(POLL);
            for (int polls = 0; exit.isEmpty(); polls++) {
                if (stop.requested() && !told) {
                    told = true;
                    // A process that has just ended does not hear it; its exit code says how it ended.
                    process.tell(OwnedProcess.STOP);
                }
                if (polls % LOOK_EVERY == 0) {
                    look(trial, listener);
                }
                exit = process.await(POLL);
            }
            return outcome(exit.getAsInt(), process, stop.requested());
        } catch (IOException e) {
            throw IoFailures.of("start the process of a trial", trial.folder(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new TrialOutcome.Failed("the thread that watched it was interrupted");
        }
    }

    private static void look(Trial trial, TrialListener listener) {
        // Not status(), which would try the lock that the trial's process takes as it begins.
        trial.run().flatMap(RunFolder::lastWord).ifPresent(status -> {
            synchronized (listener) {
                listener.reached(
                        trial,
                        status.step(),
                        status.totalSteps(),
                        status.metrics().getOrDefault(Metrics.TRAIN_LOSS.name(), Double.NaN));
            }
        });
    }

    /** Reads an exit code; a process that failed says why in its last line. */
    static TrialOutcome outcome(int exit, ChildProcess process, boolean stopRequested) {
        if (exit == 0) {
            return new TrialOutcome.Finished();
        }
        if (exit == OwnedProcess.STOPPED && stopRequested) {
            return new TrialOutcome.Stopped();
        }
        return new TrialOutcome.Failed(process.said()
                .lines()
                .filter(line -> line.startsWith(SAID))
                .reduce((first, last) -> last)
                .map(line -> line.substring(SAID.length()))
                .orElseGet(() -> process.ending(exit)));
    }
}
