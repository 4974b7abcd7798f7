package dev.mojave.lab.bench;

import java.io.IOException;
import java.util.List;
import java.util.Scanner;

/**
 * A program that follows the peers' protocol: it is {@code steady}, {@code dies} in its first turn, or {@code never} becomes
 * ready.
 */
final class PretendPeer {
    private PretendPeer() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("never")) {
            System.err.println("ModuleNotFoundError: No module named 'torch'");
            System.exit(1);
        }
        System.out.println("{\"program\": \"pretend 1\", \"step_seconds\": 0.25, \"loaded_bytes\": 100}");
        Scanner in = new Scanner(System.in, java.nio.charset.StandardCharsets.UTF_8);
        double seconds = Double.parseDouble(arguments[1]);
        while (in.hasNextLine()) {
            int steps = Integer.parseInt(in.nextLine().substring("run ".length()));
            if (arguments[0].equals("dies")) {
                System.err.println("Killed");
                System.exit(137);
            }
            System.out.println(
                    "{\"seconds\": " + java.util.Collections.nCopies(steps, seconds) + ", \"peak_bytes\": 350}");
        }
    }

    static CompareBench.Entry entry(String name, String... arguments) {
        return new CompareBench.Entry(
                name,
                dev.mojave.base.process.JavaCommand.of(
                        List.of("-Xmx32m", "-XX:TieredStopAtLevel=1"), PretendPeer.class, List.of(arguments)),
                true);
    }
}
