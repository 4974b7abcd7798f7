package dev.mojave.tensor.engine.calibration;

import dev.mojave.base.tree.Json;
import dev.mojave.tensor.engine.calibration.Calibration.Kind;
import dev.mojave.tensor.engine.machine.MachineInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes a calibration, so that a process started by a test finds this machine measured. */
public final class PretendedCalibration {
    private PretendedCalibration() {}

    /** Lets this process use measurements, and writes that OpenBLAS multiplies float32 at a rate (1e9 FLOPs per second) on one thread. */
    public static void write(double rate) throws IOException {
        System.setProperty(CalibrationPolicy.PROPERTY, "auto");
        Measurement product = new Measurement(List.of(new Measurement.Point(256, "256 cubed", rate)), null);
        Calibration calibration = new Calibration(
                "pretended",
                List.of(new Calibration.Figures("openblas", 1, Map.of(Kind.FP32_PRODUCT, product))),
                "2026-11-30T00:00:00Z");
        Path file = new Calibrator(MachineInfo.detect()).file();
        Files.createDirectories(file.getParent());
        Files.writeString(file, Json.pretty(calibration));
    }
}
