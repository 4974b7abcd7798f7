package dev.mojave.lab.bench;

import dev.mojave.base.JavaCommand;
import dev.mojave.base.Json;
import dev.mojave.base.Progress;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.EngineChoice;
import dev.mojave.tensor.engine.EngineRequest;
import dev.mojave.tensor.engine.ProcessMemory;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Our side of a comparison: the program that a {@link Contestant} talks to. */
final class BenchWorker {
    private BenchWorker() {}

    /** Returns the command that measures a workload. */
    static List<String> command(Workload workload, EngineRequest engine) {
        return JavaCommand.of(BenchWorker.class, List.of(Json.line(workload), Json.line(engine)));
    }

    /** Takes the workload and the engine request as JSON. */
    public static void main(String[] arguments) throws IOException {
        Workload workload = Json.mapper().readValue(arguments[0], Workload.class);
        EngineRequest request = Json.mapper().readValue(arguments[1], EngineRequest.class);
        EngineChoice engine = Engine.configure(request, Progress.SILENT);
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        try (Session session = Session.of(workload, engine);
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8))) {
            long loaded = ProcessMemory.residentBytes();
            ProcessMemory.resetPeak();
            session.warmUp();
            say(out, new Contestant.Ready(program(engine), session.step(), loaded));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                List<Double> seconds = new ArrayList<>();
                for (int left = Integer.parseInt(line.substring("run ".length())); left > 0; left--) {
                    seconds.add(session.step());
                }
                say(out, new Contestant.Block(seconds, ProcessMemory.peakBytes()));
            }
        }
    }

    private static String program(EngineChoice engine) {
        return "Mojave " + engine.precision() + ", " + engine.blas() + ", " + engine.kernels() + " kernels";
    }

    private static void say(OutputStream out, Object what) throws IOException {
        out.write((Json.line(what) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
