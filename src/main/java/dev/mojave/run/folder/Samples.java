package dev.mojave.run.folder;

import dev.mojave.base.files.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file samples.txt: texts that the model generated during training, each under a line that gives the step. */
public final class Samples {
    private static final Pattern HEAD = Pattern.compile("(?m)^=== step (\\d+) ===\\n");

    private final Path file;

    Samples(Path file) {
        this.file = file;
    }

    /**
     * A text that was generated at one step.
     *
     * @param step optimiser steps done
     * @param text prompt and continuation
     */
    public record Sample(long step, String text) {}

    /** Appends a sample. */
    public void append(Sample sample) {
        try {
            Files.writeString(file, block(sample), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw IoFailures.of("write a sample", file, e);
        }
    }

    /** Returns all samples, oldest first; empty if there is no file. */
    public List<Sample> read() {
        List<Sample> samples = new ArrayList<>();
        try {
            String text = Files.exists(file) ? Files.readString(file) : "";
            Matcher heads = HEAD.matcher(text);
            boolean more = heads.find();
            while (more) {
                long step = Long.parseLong(heads.group(1));
                int from = heads.end();
                more = heads.find();
                // A block ends with the newline that its writer added, followed by an empty line.
                String body = text.substring(from, more ? heads.start() : text.length());
                samples.add(new Sample(step, body.replaceFirst("\\n\\n?\\z", "")));
            }
        } catch (IOException e) {
            throw IoFailures.of("read the samples", file, e);
        }
        return samples;
    }

    /** Removes the samples after a step; a run that resumes there generates them again. */
    public void truncateAfter(long step) {
        List<Sample> all = read();
        List<Sample> kept = all.stream().filter(sample -> sample.step() <= step).toList();
        if (kept.size() == all.size()) {
            return;
        }
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            Files.writeString(
                    temporary, String.join("", kept.stream().map(Samples::block).toList()));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw IoFailures.of("write a sample", file, e);
        }
    }

    private static String block(Sample sample) {
        return "=== step " + sample.step() + " ===\n" + sample.text() + "\n\n";
    }
}
