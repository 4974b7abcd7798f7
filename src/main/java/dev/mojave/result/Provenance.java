package dev.mojave.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
 * @param startedFrom the weights that training began with; absent where it began with random ones, and from records that were made before
 *     it was asked
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
     * Weights that training began with.
     *
     * @param path absolute path of the run, or of the folder as Hugging Face writes it
     * @param weightsSha256 hash of the weights that were taken from it
     */
    public record StartedFrom(String path, String weightsSha256) {}

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
                startedAt,
                startedFrom);
    }

    /**
     * The machine that a result was made on.
     *
     * @param cpu model name, which virtual machines often give to processors of very different kinds
     * @param cores usable cores
     * @param memoryBytes physical memory
     * @param operatingSystem name and architecture
     * @param processor which kind it is; absent from records that were made before it was asked
     */
    public record Machine(
            String cpu,
            int cores,
            long memoryBytes,
            String operatingSystem,
            @Nullable Processor processor) {
        /** Returns the processor in words: its name, and what tells it from others of that name. */
        public String processorInWords() {
            return processor == null ? cpu : cpu + " (" + processor.inWords() + ")";
        }

        /** Returns the same without the instruction sets, for where there is little room. */
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
     * @param vendor as the processor says, {@code AuthenticAMD}; empty if unknown
     * @param family number; absent if unknown, as are the next two
     * @param model number
     * @param stepping number
     * @param instructionSets those that matter for speed, of those that may be used
     * @param emulated settings under which libraries or Java use the processor as if it were another, {@code NAME=value}; empty if it is
     *     used as it is
     */
    public record Processor(
            String vendor,
            @Nullable Integer family,
            @Nullable Integer model,
            @Nullable Integer stepping,
            List<String> instructionSets,
            List<String> emulated) {
        private static final String FORCED = "OPENBLAS_CORETYPE=";

        /** Keeps the lists from changing. */
        public Processor {
            instructionSets = List.copyOf(instructionSets);
            emulated = List.copyOf(emulated);
        }

        /** Returns vendor, numbers, instruction sets and emulation in words. */
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

        /** A setting of OpenBLAS's names its kernels for one processor; all others limit what may be used. */
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
