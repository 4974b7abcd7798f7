package dev.mojave.data.tokenizer.library;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * The program that {@link LibraryProcess} runs. A request is a command (one byte), the number of a tokenizer (int) and the arguments of
 * the command; the reply is {@link #DONE} and the result, or {@link #REFUSED} and a reason. The program ends when its standard input
 * ends, or with the process that started it.
 */
final class LibraryServer {
    static final int OPEN = 1;
    static final int CLOSE = 2;
    static final int ENCODE = 3;
    static final int DECODE = 4;
    static final int PING = 5;
    static final int DONE = 0;
    static final int REFUSED = 1;
    private static final int ORPHANED = 137;

    private final Map<Integer, InProcessLibrary> held = new HashMap<>();
    private final DataInputStream in;
    private final DataOutputStream out;

    private LibraryServer(DataInputStream in, DataOutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** Serves requests until standard input ends. */
    public static void main(String[] arguments) throws IOException {
        ignoreInterrupts();
        endWithTheOwner();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
                DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)))) {
            LibraryServer child = new LibraryServer(in, out);
            for (int command = in.read(); command >= 0; command = in.read()) {
                child.serve(command, in.readInt());
                out.flush();
            }
        }
    }

    /** Ignores Ctrl-C, which reaches this process too, although the process that it serves may still have text to encode. */
    private static void ignoreInterrupts() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance("INT"),
                            handler.getField("SIG_IGN").get(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("sun.misc.Signal is not as expected", e);
        }
    }

    /**
     * Ends with the process that started this one. While the library is stuck on a text, standard input is not read, so the death of that
     * process would go unnoticed.
     */
    private static void endWithTheOwner() {
        ProcessHandle.current().parent().ifPresent(owner -> {
            CompletableFuture<Void> _ =
                    owner.onExit().thenRun(() -> Runtime.getRuntime().halt(ORPHANED));
        });
    }

    private void serve(int command, int handle) throws IOException {
        String text = command == OPEN || command == ENCODE ? read(in) : "";
        int[] ids = new int[command == DECODE ? in.readInt() : 0];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = in.readInt();
        }
        try {
            switch (command) {
                case OPEN -> {
                    held.put(handle, InProcessLibrary.open(text, "the file"));
                    out.writeByte(DONE);
                }
                case CLOSE -> {
                    of(handle).close();
                    held.remove(handle);
                    out.writeByte(DONE);
                }
                case ENCODE -> answer(of(handle).encode(text));
                case DECODE -> {
                    String decoded = of(handle).decode(ids);
                    out.writeByte(DONE);
                    write(out, decoded);
                }
                default -> out.writeByte(DONE);
            }
        } catch (RuntimeException e) {
            refuse(e);
        }
    }

    private InProcessLibrary of(int handle) {
        return Objects.requireNonNull(held.get(handle));
    }

    private void refuse(RuntimeException e) throws IOException {
        out.writeByte(REFUSED);
        write(out, String.valueOf(e.getMessage()));
    }

    private void answer(TokenLibrary.Tokens tokens) throws IOException {
        out.writeByte(DONE);
        out.writeInt(tokens.ids().length);
        for (int i = 0; i < tokens.ids().length; i++) {
            out.writeLong(tokens.ids()[i]);
            out.writeInt(tokens.ends()[i]);
        }
    }

    static void write(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String read(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
