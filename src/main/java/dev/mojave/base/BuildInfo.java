package dev.mojave.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The running build of Mojave.
 *
 * @param version the Maven version
 * @param commit the git commit of the sources, with {@code -dirty} appended if they were changed since, or {@code unknown}
 */
public record BuildInfo(String version, String commit) {
    /** The commit of a build outside git. */
    public static final String UNKNOWN = "unknown";

    private static volatile @Nullable BuildInfo current;

    /**
     * Returns the running build. Under the launcher, which rebuilds whenever sources change, git is asked for the commit of the checkout:
     * the commit recorded at build time would still be {@code -dirty} after these very sources were committed.
     */
    public static BuildInfo current() {
        BuildInfo known = current;
        if (known == null) {
            BuildInfo recorded = recorded();
            String root = System.getProperty("mojave.root");
            known = root == null
                    ? recorded
                    : checkout(Path.of(root))
                            .map(commit -> new BuildInfo(recorded.version, commit))
                            .orElse(recorded);
            current = known;
        }
        return known;
    }

    /** Returns the build information in the jar. */
    static BuildInfo recorded() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BuildInfo(properties.getProperty("version", UNKNOWN), properties.getProperty("commit", UNKNOWN));
    }

    /** Returns the commit of a checkout; empty without a git repository or without git. */
    static Optional<String> checkout(Path root) {
        if (!Files.exists(root.resolve(".git"))) {
            return Optional.empty();
        }
        return git(root, "rev-parse", "--short=12", "HEAD")
                .flatMap(commit -> git(root, "status", "--porcelain", "--", "pom.xml", "src/main")
                        .map(changes -> changes.isEmpty() ? commit : commit + "-dirty"));
    }

    private static Optional<String> git(Path root, String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "git";
        command[1] = "-C";
        command[2] = root.toString();
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (InputStream in = process.getInputStream()) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
                boolean ended = process.waitFor(10, TimeUnit.SECONDS);
                return ended && process.exitValue() == 0 ? Optional.of(text) : Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
