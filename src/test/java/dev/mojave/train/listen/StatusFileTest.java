package dev.mojave.train.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Failure;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusFileTest {
    @TempDir
    Path folder;

    @Test
    void whatFailedFirstIsToldAlsoWhereItCannotBeWritten() throws Exception {
        RunFolder run = RunFolder.create(folder, "run", false);
        StatusFile status = new StatusFile(run, 10, 0);
        status.beat(4, Map.of("train/loss", 2.0));
        RuntimeException written = Failure.training("the loss is not finite");
        status.failed(written);
        assertThat(written.getSuppressed()).isEmpty();
        assertThat(run.status().state()).isEqualTo(Status.State.FAILED);
        assertThat(run.status().reason()).isEqualTo("the loss is not finite");
        assertThat(run.status().step()).isEqualTo(4);

        // A folder that cannot be replaced has the file's name, which to the writer is like a full disk.
        Path file = folder.resolve("run/status.json");
        Files.delete(file);
        Files.createDirectories(file.resolve("inside"));
        RuntimeException full = Failure.environment("cannot save the checkpoint: the disk is full");
        status.failed(full);
        assertThat(full.getSuppressed()).hasSize(1);
        assertThat(full.getSuppressed()[0]).hasMessageContaining("status.json");
    }
}
