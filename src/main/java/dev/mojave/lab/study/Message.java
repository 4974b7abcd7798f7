package dev.mojave.lab.study;

import dev.mojave.base.Json;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * One line from a trial's process to the study, as JSON.
 *
 * @param kind what it is
 * @param text a detail of progress, a line to keep, or why the trial failed
 * @param done units done, for progress
 * @param total units in all, for progress
 */
record Message(Kind kind, String text, long done, long total) {
    /** What a line says. */
    enum Kind {
        /** How far the trial is. */
        PROGRESS,
        /** A line worth keeping. */
        SAY,
        /** Why the trial failed, in the words of its exception. */
        FAILURE
    }

    static Message progress(String text, long done, long total) {
        return new Message(Kind.PROGRESS, text, done, total);
    }

    static Message say(String text) {
        return new Message(Kind.SAY, text, 0, 0);
    }

    static Message failure(String text) {
        return new Message(Kind.FAILURE, text, 0, 0);
    }

    String line() {
        return Json.line(this);
    }

    /** Reads a line; empty if it is something else, such as what a native library printed. */
    static Optional<Message> parse(String line) {
        if (!line.startsWith("{")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.mapper().readValue(line, Message.class));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
