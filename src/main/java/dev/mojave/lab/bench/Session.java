package dev.mojave.lab.bench;

import dev.mojave.tensor.engine.choice.EngineChoice;

/** A model that is ready to run a workload's steps repeatedly. */
sealed interface Session extends AutoCloseable permits TrainSession, DecodeSession, ScoreSession {
    /** Returns a session that is ready to run a workload. */
    static Session of(Workload workload, EngineChoice engine) {
        return switch (workload.kind()) {
            case TRAIN -> new TrainSession(workload, engine);
            case DECODE -> new DecodeSession(workload);
            case SCORE -> new ScoreSession(workload);
        };
    }

    /** Runs steps until the JIT compiler has done most of its work. */
    void warmUp();

    /** Runs one step and returns its duration in seconds. */
    double step();

    @Override
    void close();
}
