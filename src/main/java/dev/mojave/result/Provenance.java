package dev.mojave.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The origin of a result, with everything needed to reproduce it.
 *
 * @param mojaveVersion version of Mojave
 * @param commit git commit of Mojave, with {@code -dirty} appended if the tree had changes; {@code unknown} outside a checkout
 * @param recipeSha256 SHA-256 of the resolved recipe's text
 * @param dataName name of the data set
 * @param dataSha256 SHA-256 of the token store's content
 * @param seeds training seeds; a single run has one
 * @param machine the machine that the result was computed on
 * @param versions versions of libraries by name ({@code java}, {@code libtorch}, {@code blas}...)
 * @param engine resolved engine choices by key ({@code device}, {@code precision}, {@code blas}, {@code threads}, {@code kernels}, {@code malloc})
 * @param command the command as typed
 * @param startedAt ISO-8601 instant
 * @param startedFrom the weights that training started from; null if they were random, and in records from before this was recorded
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
        String startedAt,
        @Nullable StartedFrom startedFrom) {
    /**
     * Weights that training started from.
     *
     * @param path absolute path of a run, or of a folder in Hugging Face's format
     * @param weightsSha256 SHA-256 of the weights that were read from it
     */
    public record StartedFrom(String path, String weightsSha256) {}

    /** Returns the provenance of a run that is continued with another recipe: its hash replaces the old one, and the command is appended. */
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
                startedAt,
                startedFrom);
    }

    /**
     * The machine that a result was computed on.
     *
     * @param cpu model name of the processor; virtual machines often use one name for very different processors
     * @param cores number of usable cores
     * @param memoryBytes physical memory
     * @param operatingSystem name and architecture of the operating system
     * @param processor kind of processor; null in records from before it was recorded
     */
    public record Machine(
            String cpu,
            int cores,
            long memoryBytes,
            String operatingSystem,
            @Nullable Processor processor) {
        /** Returns a description of the processor: its name, and what distinguishes it from others of that name. */
        public String processorInWords() {
            return processor == null ? cpu : cpu + " (" + processor.inWords() + ")";
        }

        /** Returns the same description without the instruction sets, for use where there is little space. */
        public String kindInWords() {
            if (processor == null) {
                return cpu;
            }
            String kind = processor.kind();
            return cpu + (kind.isEmpty() ? "" : " (" + kind + ")") + processor.settings();
        }
    }

    /**
     * A kind of processor.
     *
     * @param vendor vendor as reported by the processor, such as {@code AuthenticAMD}; empty if unknown
     * @param family family number; null if unknown, as are the next two
     * @param model model number
     * @param stepping stepping number
     * @param instructionSets usable instruction sets that matter for speed
     * @param emulated settings, as {@code NAME=value}, that make libraries or Java treat the processor as a different one; empty if there are
     *     none
     */
    public record Processor(
            String vendor,
            @Nullable Integer family,
            @Nullable Integer model,
            @Nullable Integer stepping,
            List<String> instructionSets,
            List<String> emulated) {
        private static final String FORCED = "OPENBLAS_CORETYPE=";

        /** Makes the lists immutable. */
        public Processor {
            instructionSets = List.copyOf(instructionSets);
            emulated = List.copyOf(emulated);
        }

        /** Returns a description: vendor, numbers, instruction sets and emulation. */
        public String inWords() {
            String kind = kind();
            return (kind.isEmpty() ? "of an unknown kind" : kind)
                    + (instructionSets.isEmpty() ? "" : "; " + String.join(" ", instructionSets))
                    + settings();
        }

        /** Returns vendor and numbers. */
        private String kind() {
            List<String> parts = new ArrayList<>();
            if (!vendor.isEmpty()) {
                parts.add(vendor);
            }
            number(parts, "family", family);
            number(parts, "model", model);
            number(parts, "stepping", stepping);
            return String.join(" ", parts);
        }

        /** Describes the settings: OPENBLAS_CORETYPE forces OpenBLAS's kernels for one processor; all others limit the instruction sets. */
        private String settings() {
            List<String> forced =
                    emulated.stream().filter(s -> s.startsWith(FORCED)).toList();
            List<String> limits =
                    emulated.stream().filter(s -> !s.startsWith(FORCED)).toList();
            return (limits.isEmpty() ? "" : "; emulated: " + String.join(", ", limits))
                    + (forced.isEmpty() ? "" : "; forced kernel: " + String.join(", ", forced));
        }

        private static void number(List<String> parts, String name, @Nullable Integer value) {
            if (value != null) {
                parts.add(name + " " + value);
            }
        }
    }
}
