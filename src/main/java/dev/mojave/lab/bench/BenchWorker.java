package dev.mojave.lab.bench;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.process.JavaCommand;
import dev.mojave.base.process.OwnedProcess;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Records;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.natives.ProcessMemory;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Mojave's worker process in a comparison: runs a workload and answers a {@link Contestant}. */
final class BenchWorker {
    private static final String SOURCE = "bench compare";

    private BenchWorker() {}

    /** Returns the command that starts a worker for a workload. */
    static List<String> command(Workload workload, EngineRequest engine) {
        return JavaCommand.of(
                BenchWorker.class, List.of(Json.line(Records.tree(workload)), Json.line(Records.tree(engine))));
    }

    /**
     * Reads the workload and the engine request from its arguments, as JSON. A turn that has begun runs to its end whatever
     * signal arrives: the comparison receives the signal too, and cannot use a partial turn.
     */
    public static void main(String[] arguments) {
        BlockingQueue<String> turns = new LinkedBlockingQueue<>();
        OwnedProcess process = OwnedProcess.listen(new FileInputStream(FileDescriptor.in), turns::add);
        try {
            serve(
                    Records.read(Json.tree(arguments[0]), Workload.class, SOURCE, "workload"),
                    Records.read(Json.tree(arguments[1]), EngineRequest.class, SOURCE, "engine"),
                    turns);
        } catch (Throwable e) {
            complain(e);
        }
        process.exit(Failure.Kind.ENVIRONMENT.exitCode());
    }

    private static void serve(Workload workload, EngineRequest request, BlockingQueue<String> turns)
            throws IOException, InterruptedException {
        EngineChoice engine = Engine.configure(request, Progress.SILENT);
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        try (Session session = Session.of(workload, engine)) {
            long loaded = ProcessMemory.residentBytes();
            ProcessMemory.resetPeak();
            session.warmUp();
            say(out, new Contestant.Ready(program(engine), session.step(), loaded));
            while (true) {
                List<Double> seconds = new ArrayList<>();
                for (int left = Integer.parseInt(turns.take().substring("run ".length())); left > 0; left--) {
                    seconds.add(session.step());
                }
                say(out, new Contestant.Block(seconds, ProcessMemory.peakBytes()));
            }
        }
    }

    /** Writes the failure as the last line of the log, the line that users see. */
    private static void complain(Throwable e) {
        PrintWriter log = new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        if (!(e instanceof Failure)) {
            e.printStackTrace(log);
        }
        log.println(e instanceof Failure ? e.getMessage() : e.toString());
    }

    private static String program(EngineChoice engine) {
        return "Mojave " + engine.precision() + ", " + engine.blas() + ", " + engine.kernels() + " kernels";
    }

    private static void say(OutputStream out, Object what) throws IOException {
        out.write((Json.line(what) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
