package dev.mojave.lab.bench;

import dev.mojave.tensor.engine.choice.EngineChoice;

/** A model that is ready to do a workload's steps over and over. */
sealed interface Session extends AutoCloseable permits TrainSession, DecodeSession, ScoreSession {
    /** Prepares a workload. */
    static Session of(Workload workload, EngineChoice engine) {
        return switch (workload.kind()) {
            case TRAIN -> new TrainSession(workload, engine);
            case DECODE -> new DecodeSession(workload);
            case SCORE -> new ScoreSession(workload);
        };
    }

    /** Steps until the JIT compiler is done with most of its work. */
    void warmUp();

    /** Makes one step and returns its seconds. */
    double step();

    @Override
    void close();
}
