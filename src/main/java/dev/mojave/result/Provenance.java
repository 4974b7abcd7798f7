package dev.mojave.result;

import java.util.List;
import java.util.Map;

/**
 * Where a result comes from, enough to make it again.
 *
 * @param mojaveVersion the version of this program
 * @param commit the git commit of this program, with {@code -dirty} appended if the tree had changes; {@code unknown} outside a checkout
 * @param recipeSha256 hash of the resolved recipe's text
 * @param dataName name of the data set
 * @param dataSha256 checksum of the token store's content
 * @param seeds training seeds, one for a single run
 * @param machine what the machine is
 * @param versions libraries by name ({@code java}, {@code libtorch}, {@code blas}...)
 * @param engine resolved engine choices by key ({@code device}, {@code precision}, {@code blas}, {@code threads}, {@code kernels}, {@code malloc})
 * @param command the command as typed
 * @param startedAt ISO-8601 instant
 */
public record Provenance(
        String mojaveVersion,
        String commit,
        String recipeSha256,
        String dataName,
        String dataSha256,
        List<Long> seeds,
        Machine machine,
        Map<String, String> versions,
        Map<String, String> engine,
        String command,
        String startedAt) {

    /** Returns this with another recipe that the run goes on with, and the command that said so after the former one. */
    public Provenance goingOnWith(String otherRecipeSha256, String otherCommand) {
        return new Provenance(
                mojaveVersion,
                commit,
                otherRecipeSha256,
                dataName,
                dataSha256,
                seeds,
                machine,
                versions,
                engine,
                command + "; " + otherCommand,
                startedAt);
    }

    /**
     * The machine that a result was made on.
     *
     * @param cpu model name
     * @param cores usable cores
     * @param memoryBytes physical memory
     * @param operatingSystem name and architecture
     */
    public record Machine(String cpu, int cores, long memoryBytes, String operatingSystem) {}
}
