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
 * Runs trials on this machine, some side by side, each in a process of its own: a native crash, or the kernel killing a process
 * that uses too much memory, costs only that trial, and the peak memory that a trial reports is its own.
 */
public final class LocalExecutor implements Executor {
    private static final Duration POLL = Duration.ofMillis(100);
    /** Polls between two reads of a trial's status.json, which it writes every two seconds. */
    private static final int LOOK_EVERY = 5;

    /** The prefix of the command line's error messages. */
    private static final String SAID = "mojave: ";

    private final int jobs;
    private final TrialCommands commands;

    /**
     * Creates an executor.
     *
     * @param jobs number of trials that run side by side, at least 1
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

    /** Gives trials to workers. A worker that gets none waits while others run, since their results may call for more trials. */
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
                // The interrupt is passed on, so that the worker ends its process.
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
                    // A crashed process could not record its failure in its own folder.
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
        // Closing the process ensures that no trial outlives its experiment.
        try (ChildProcess process =
                ChildProcess.logging(commands.train(trial.folder()), trial.log(), UnaryOperator.identity())) {
            boolean told = false;
            OptionalInt exit = process.await(POLL);
            for (int polls = 0; exit.isEmpty(); polls++) {
                if (stop.requested() && !told) {
                    told = true;
                    // A process that has just ended does not receive this; its exit code tells how it ended.
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
            return new TrialOutcome.Failed("the thread that watched its process was interrupted");
        }
    }

    private static void look(Trial trial, TrialListener listener) {
        // Not status(), which would try the lock that the trial's process acquires when it begins.
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

    /** Interprets an exit code; a failed process gives the reason in its last error message. */
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
