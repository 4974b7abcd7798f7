package dev.mojave.tensor.engine.calibration;

import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.machine.MachineInfo;
import dev.mojave.tensor.engine.natives.Natives;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The measurements that a request needs: only for the values that it leaves open, and only with the values that it fixes.
 *
 * @param libraries BLAS libraries to measure
 * @param threads numbers of threads to measure each with
 * @param kinds the kinds of measurements for each library
 */
public record CalibrationQuestion(List<String> libraries, List<Integer> threads, Set<Calibration.Kind> kinds) {
    private static final List<String> LIBRARIES = List.of("openblas", "mkl");

    /** Copies the collections. */
    public CalibrationQuestion {
        libraries = List.copyOf(libraries);
        threads = List.copyOf(threads);
        kinds = Set.copyOf(kinds);
    }

    /** Returns the measurements that a request needs. */
    public static CalibrationQuestion of(EngineRequest request, MachineInfo machine) {
        List<String> libraries = EngineRequest.isAuto(request.blas()) ? available() : List.of(request.blas());
        List<Integer> threads = EngineRequest.isAuto(request.threads())
                ? threadCounts(machine)
                : List.of(Integer.parseInt(request.threads()));
        Set<Calibration.Kind> kinds = EnumSet.noneOf(Calibration.Kind.class);
        if (libraries.size() > 1 || threads.size() > 1) {
            kinds.addAll(Calibration.Kind.FP32);
        }
        // Only the CPU is measured.
        if (EngineRequest.isAuto(request.precision()) && !request.device().equals(EngineChoice.CUDA)) {
            kinds.addAll(Calibration.Kind.PRECISION);
        }
        return new CalibrationQuestion(libraries, threads, kinds);
    }

    /** Returns every measurement that is possible on this machine. */
    static CalibrationQuestion everything(MachineInfo machine) {
        return new CalibrationQuestion(available(), threadCounts(machine), EnumSet.allOf(Calibration.Kind.class));
    }

    /** Returns whether nothing needs to be measured. */
    public boolean isEmpty() {
        return kinds.isEmpty();
    }

    /** Returns the libraries that are available on this system. */
    public static List<String> available() {
        return LIBRARIES.stream().filter(Natives::has).toList();
    }

    /** Physical cores, and hardware threads if there are more: they are sometimes faster. */
    private static List<Integer> threadCounts(MachineInfo machine) {
        int most = machine.threadLimit();
        int physical = Math.min(most, machine.physicalCores());
        return physical == most ? List.of(most) : List.of(physical, most);
    }
}
