package dev.mojave.tensor.engine.calibration;

import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.machine.MachineInfo;
import dev.mojave.tensor.engine.natives.Natives;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What has to be measured for a request: only what it leaves open, and only with what it gives.
 *
 * @param libraries BLAS libraries to measure
 * @param threads numbers of threads to measure each with
 * @param kinds what to measure of each
 */
public record CalibrationQuestion(List<String> libraries, List<Integer> threads, Set<Calibration.Kind> kinds) {
    private static final List<String> LIBRARIES = List.of("openblas", "mkl");

    /** Copies the collections. */
    public CalibrationQuestion {
        libraries = List.copyOf(libraries);
        threads = List.copyOf(threads);
        kinds = Set.copyOf(kinds);
    }

    /** Returns what is open in a request. */
    public static CalibrationQuestion of(EngineRequest request, MachineInfo machine) {
        List<String> libraries = EngineRequest.isAuto(request.blas()) ? available() : List.of(request.blas());
        List<Integer> threads = EngineRequest.isAuto(request.threads())
                ? threadCounts(machine)
                : List.of(Integer.parseInt(request.threads()));
        Set<Calibration.Kind> kinds = EnumSet.noneOf(Calibration.Kind.class);
        if (libraries.size() > 1 || threads.size() > 1) {
            kinds.addAll(Calibration.Kind.FP32);
        }
        // What is measured is the CPU.
        if (EngineRequest.isAuto(request.precision()) && !request.device().equals(EngineChoice.CUDA)) {
            kinds.addAll(Calibration.Kind.PRECISION);
        }
        return new CalibrationQuestion(libraries, threads, kinds);
    }

    /** Returns everything that can be measured of this machine. */
    static CalibrationQuestion everything(MachineInfo machine) {
        return new CalibrationQuestion(available(), threadCounts(machine), EnumSet.allOf(Calibration.Kind.class));
    }

    /** Returns whether nothing needs to be measured. */
    public boolean isEmpty() {
        return kinds.isEmpty();
    }

    /** Returns the libraries that this system has. */
    public static List<String> available() {
        return LIBRARIES.stream().filter(Natives::has).toList();
    }

    /** Physical cores, and hardware threads too where there are more: seldom faster, sometimes. */
    private static List<Integer> threadCounts(MachineInfo machine) {
        int most = machine.threadLimit();
        int physical = Math.min(most, machine.physicalCores());
        return physical == most ? List.of(most) : List.of(physical, most);
    }
}
