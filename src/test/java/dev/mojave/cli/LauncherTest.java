package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the launcher with a JDK and a Maven that are shell scripts: what it finds, when it builds, and how it starts Java.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
class LauncherTest {
    /** The programs that the launcher may call; the PATH of the tests contains nothing else, so that no real Java or Maven is found. */
    private static final List<String> TOOLS = List.of(
            "cat",
            "date",
            "find",
            "kill",
            "ln",
            "mkdir",
            "mkfifo",
            "mktemp",
            "mv",
            "rm",
            "sleep",
            "tail",
            "readlink",
            "sh");

    /** Prints how it was started, and behaves as the test requests with the variable STUB. */
    private static final String JAVA = """
            #!/bin/sh
            case "$*" in
              *ArchiveClassesAtExit*)
                echo record >> "$COUNTS"
                for a; do case $a in -XX:Archive*) echo cache > "${a#*=}" ;; esac; done
                exit 0 ;;
            esac
            echo "WARNING: noise" >&2
            [ "${STUB:-}" = die ] && { echo "no room for the heap" >&2; exit 1; }
            echo "mojave: started" >&2
            exec 2>&3
            case ${STUB:-} in
              pid) echo "$$" ;;
              error) echo "a message" >&2; exit 42 ;;
              locale) echo "${LC_ALL:-none}" ;;
              malloc) echo "$GLIBC_TUNABLES" ;;
              *) for a; do echo "$a"; done ;;
            esac
            """;

    private static final String MAVEN = """
            #!/bin/sh
            echo "$JAVA_HOME" >> "$BUILDS"
            echo "${LC_ALL:-}" >> "$BUILDS.locale"
            [ "${STUB:-}" = broken ] && { echo "[ERROR] Lanes.java:[3,1] does not compile"; exit 1; }
            sleep "${BUILD_SECONDS:-0}"
            for a; do case $a in -Dmojave.target=*) target=${a#*=} ;; esac; done
            mkdir -p "$target"
            echo jar > "$target/mojave-1.jar"
            printf %s "$LIBRARY" > "$target/classpath"
            """;

    @TempDir
    Path temporary;

    private Path checkout;
    private Path bin;
    private Path jdk;
    private final Map<String, String> environment = new HashMap<>();

    private record Run(int code, String out, String err) {}

    @BeforeEach
    void checkoutWithStubs() throws IOException {
        checkout = Files.createDirectories(temporary.resolve("a folder with spaces"));
        Files.copy(Path.of("mojave"), checkout.resolve("mojave"));
        executable(checkout.resolve("mojave"));
        Files.createDirectories(checkout.resolve("src/main/java"));
        source("pom.xml", "<project/>");
        source("src/main/java/A.java", "class A {}");

        bin = Files.createDirectories(temporary.resolve("bin"));
        for (String tool : TOOLS) {
            Path found = Stream.of("/usr/bin", "/bin")
                    .map(folder -> Path.of(folder, tool))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow();
            executable(Files.writeString(bin.resolve(tool), "#!/bin/sh\nexec " + found + " \"$@\"\n"));
        }
        executable(Files.writeString(bin.resolve("mvn"), MAVEN));
        jdk = jdk("jdk 25", "25.0.3");
        Path library = Files.writeString(temporary.resolve("library one.jar"), "x");
        environment.putAll(Map.of(
                "PATH", bin.toString(),
                "HOME", temporary.toString(),
                "JAVA_HOME", jdk.toString(),
                "BUILDS", temporary.resolve("builds").toString(),
                "COUNTS", temporary.resolve("records").toString(),
                "LIBRARY", library.toString()));
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = temporary.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(Files.writeString(home.resolve("bin/java"), JAVA));
        executable(Files.writeString(home.resolve("bin/javac"), "#!/bin/sh\n"));
        return home;
    }

    /** Writes a source file that is older than any build, as in a fresh clone by the time it is built. */
    private void source(String name, String text) throws IOException {
        Path file = Files.writeString(checkout.resolve(name), text);
        age(file);
        age(checkout.resolve("mojave"));
        try (Stream<Path> folders = Files.walk(checkout.resolve("src"))) {
            for (Path path : folders.toList()) {
                age(path);
            }
        }
    }

    private static void age(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private ProcessBuilder command(Path program, Path folder, String... arguments) {
        List<String> line = new ArrayList<>(List.of(program.toString()));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }

    private Run run(String... arguments) throws Exception {
        return finish(command(checkout.resolve("mojave"), temporary, arguments).start());
    }

    /** Reads standard error from the start: what the watcher prints after Java's end would be lost if nothing were reading by then. */
    private static Run finish(Process process) throws Exception {
        FutureTask<String> errors = new FutureTask<>(() -> text(process.getErrorStream()));
        Thread.ofPlatform().start(errors);
        process.getOutputStream().close();
        String text = text(process.getInputStream());
        return new Run(process.waitFor(), text, errors.get());
    }

    private static String text(InputStream stream) throws IOException {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private List<String> builds() throws IOException {
        Path file = temporary.resolve("builds");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    @Test
    void theFirstStartBuildsWithOneLineAndTheNextDoesNot() throws Exception {
        Run first = run("train", "a recipe.yaml", "");
        assertThat(first.code()).isZero();
        assertThat(first.err()).startsWith("mojave: building (").hasLineCount(1);
        assertThat(first.out().lines())
                .contains("--add-modules=jdk.incubator.vector", "-Dmojave.root=" + checkout.toRealPath())
                .endsWith("dev.mojave.cli.Main", "train", "a recipe.yaml", "");
        assertThat(builds()).containsExactly(jdk.toString());

        Run second = run("train", "a recipe.yaml", "");
        assertThat(second.err()).isEmpty();
        assertThat(second.out()).isEqualTo(first.out());
        assertThat(builds()).hasSize(1);
        assertThat(second.out()).containsPattern("-XX:SharedArchiveFile=.*/classes-25\\.0\\.3\n");
    }

    @Test
    void aChangedAddedOrDeletedSourceBuildsAgain() throws Exception {
        run();
        Files.writeString(checkout.resolve("src/main/java/A.java"), "class A { }");
        run();
        assertThat(builds()).hasSize(2);
        Files.writeString(checkout.resolve("src/main/java/B.java"), "class B {}");
        run();
        assertThat(builds()).hasSize(3);
        Files.delete(checkout.resolve("src/main/java/B.java"));
        run();
        assertThat(builds()).hasSize(4);
        Files.writeString(checkout.resolve("README.md"), "not a source");
        run();
        assertThat(builds()).hasSize(4);
    }

    @Test
    void aRunningBuildKeepsItsJarWhenTheNextOneIsMade() throws Exception {
        String jar = run().out()
                .lines()
                .filter(line -> line.contains("mojave.jar"))
                .findFirst()
                .orElseThrow();
        Files.writeString(checkout.resolve("pom.xml"), "<project></project>");
        assertThat(run().out()).doesNotContain(jar);
        assertThat(Path.of(jar.substring(0, jar.indexOf("mojave.jar") + "mojave.jar".length())))
                .exists();
    }

    @Test
    void aMissingLibraryOrAMovedCheckoutBuildsAgain() throws Exception {
        run();
        Path library = Path.of(environment.getOrDefault("LIBRARY", ""));
        Files.delete(library);
        environment.put("LIBRARY", bin.resolve("cat").toString());
        run();
        assertThat(builds()).hasSize(2);

        checkout = Files.move(checkout, temporary.resolve("moved"));
        assertThat(run().out()).contains("-Dmojave.root=" + checkout.toRealPath());
        assertThat(builds()).hasSize(3);
    }

    @Test
    void linksAndOtherFoldersDoNotMatter() throws Exception {
        Path link = Files.createSymbolicLink(bin.resolve("mojave"), checkout.resolve("mojave"));
        Path second = Files.createSymbolicLink(temporary.resolve("second link"), Path.of("bin/mojave"));
        String root = "-Dmojave.root=" + checkout.toRealPath();
        assertThat(finish(command(link, bin).start()).out()).contains(root);
        assertThat(finish(command(second, Path.of("/")).start()).out()).contains(root);
        assertThat(finish(command(bin.resolve("sh"), checkout, "-c", "mojave").start())
                        .out())
                .as("by PATH")
                .contains(root);
        assertThat(finish(command(Path.of("./mojave"), checkout).start()).out()).contains(root);
        assertThat(builds()).hasSize(1);
    }

    @Test
    void twoConcurrentStartsBuildOnce() throws Exception {
        environment.put("BUILD_SECONDS", "1");
        Process one = command(checkout.resolve("mojave"), temporary, "one").start();
        Process two = command(checkout.resolve("mojave"), temporary, "two").start();
        Run first = finish(one);
        Run second = finish(two);
        assertThat(first.out()).endsWith("one\n");
        assertThat(second.out()).endsWith("two\n");
        assertThat(first.err() + second.err()).contains("building (", "waiting until it has finished");
        assertThat(builds()).hasSize(1);
    }

    @Test
    void aStaleLockIsIgnoredAndLeftoversAreDeleted() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Path home = Files.createDirectories(checkout.resolve(".mojave"));
        Files.createSymbolicLink(home.resolve("lock"), Path.of(Long.toString(dead.pid())));
        Path leftover = Files.createDirectories(home.resolve("stage." + dead.pid()));
        assertThat(run().code()).isZero();
        assertThat(leftover).doesNotExist();
        assertThat(home.resolve("lock")).doesNotExist();
    }

    @Test
    void aSignalDuringTheBuildEndsItAndFreesTheLock() throws Exception {
        environment.put("BUILD_SECONDS", "30");
        Process process = command(checkout.resolve("mojave"), temporary).start();
        while (builds().isEmpty()) {
            Thread.sleep(10);
        }
        process.destroy();
        assertThat(process.waitFor()).isEqualTo(143);
        assertThat(checkout.resolve(".mojave/lock")).doesNotExist();
        assertThat(checkout.resolve(".mojave/current")).doesNotExist();
    }

    @Test
    void aFailedBuildShowsTheLogAndLeavesTheLastGoodOneUntouched() throws Exception {
        run();
        String good = Files.readString(checkout.resolve(".mojave/current"));
        Files.writeString(checkout.resolve("src/main/java/A.java"), "class");
        environment.put("STUB", "broken");
        Run broken = run();
        assertThat(broken.code()).isEqualTo(3);
        assertThat(broken.out()).isEmpty();
        assertThat(broken.err())
                .contains("Lanes.java:[3,1] does not compile", "mojave: the build failed; the complete log is ");
        assertThat(checkout.resolve(".mojave/current")).hasContent(good);
        assertThat(checkout.resolve(".mojave/lock")).doesNotExist();
    }

    @Test
    void withoutMavenTheMessageSaysHowToGetIt() throws Exception {
        Files.delete(bin.resolve("mvn"));
        Run run = run();
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err())
                .startsWith("mojave: Maven (mvn) was not found; it is needed to build Mojave\n")
                .contains("sudo apt install openjdk-25-jdk maven", "brew install openjdk@25 maven");
    }

    @Test
    void withoutAJdkTheMessageSaysHowToGetIt() throws Exception {
        Path script = checkout.resolve("mojave");
        Files.writeString(script, Files.readString(script).replaceFirst("\nneed=25\n", "\nneed=999\n"));
        Run run = run();
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err())
                .startsWith("mojave: no JDK 999 or newer was found in JAVA_HOME (" + jdk
                        + "), PATH and the usual folders\n")
                .contains("sudo dnf install java-999-openjdk-devel maven");
    }

    @Test
    void anOldOrIncompleteJavaHomeIsSkipped() throws Exception {
        environment.put("JAVA_HOME", jdk("jdk 17", "17.0.15").toString());
        Files.createSymbolicLink(bin.resolve("java"), jdk.resolve("bin/java"));
        run();
        assertThat(builds()).containsExactly(jdk.toString());

        Path runtime = jdk("runtime only", "26");
        Files.delete(runtime.resolve("bin/javac"));
        environment.put("JAVA_HOME", runtime.toString());
        Files.writeString(checkout.resolve("pom.xml"), "<project></project>");
        run();
        assertThat(builds()).containsExactly(jdk.toString(), jdk.toString());
    }

    @Test
    void anotherJdkGetsAStartUpCacheOfItsOwnWithoutABuild() throws Exception {
        run();
        environment.put("JAVA_HOME", jdk("jdk 26", "26").toString());
        assertThat(run().out()).containsPattern("-XX:SharedArchiveFile=.*/classes-26\n");
        run();
        assertThat(builds()).hasSize(1);
        assertThat(temporary.resolve("records")).hasContent("record\nrecord\n");
    }

    @Test
    void outputOfJavaBeforeMojaveStartsIsShownOnlyIfJavaDies() throws Exception {
        run();
        environment.put("STUB", "error");
        assertThat(run()).isEqualTo(new Run(42, "", "a message\n"));

        environment.put("STUB", "die");
        environment.put("MOJAVE_JAVA_OPTS", "-Xmx1t -Dx=y");
        Run dead = run();
        assertThat(dead.code()).isEqualTo(1);
        assertThat(dead.err())
                .isEqualTo("WARNING: noise\nno room for the heap\nmojave: Java (" + jdk
                        + ") could not start; MOJAVE_JAVA_OPTS is '-Xmx1t -Dx=y'\n");
    }

    @Test
    void javaReplacesTheLauncherSoThatSignalsReachIt() throws Exception {
        run();
        environment.put("STUB", "pid");
        Process process = command(checkout.resolve("mojave"), temporary).start();
        assertThat(finish(process).out()).isEqualTo(process.pid() + "\n");
    }

    /** Creates a system on which these locales are installed. */
    private void installed(String... localesAndCharacterSets) throws IOException {
        StringBuilder script = new StringBuilder("#!/bin/sh\n[ \"$1\" = charmap ] || exit 1\ncase ${LC_ALL:-C} in\n");
        for (int i = 0; i < localesAndCharacterSets.length; i += 2) {
            script.append(localesAndCharacterSets[i])
                    .append(") echo ")
                    .append(localesAndCharacterSets[i + 1])
                    .append(";;\n");
        }
        script.append("*) echo 'cannot set' >&2; echo ANSI_X3.4-1968;;\nesac\n");
        executable(Files.writeString(bin.resolve("locale"), script));
    }

    /** Returns the locale that Java is started in if the variables are set like this. */
    private String locale(String... variables) throws Exception {
        List.of("LC_ALL", "LC_CTYPE", "LANG").forEach(environment::remove);
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        environment.put("STUB", "locale");
        Run run = run();
        assertThat(run.err()).isEmpty();
        return run.out().strip();
    }

    @Test
    void argumentsAreUtf8WhereNoOtherCharacterSetIsKnown() throws Exception {
        run();
        installed("C.UTF-8", "UTF-8", "de_DE.UTF-8", "UTF-8");
        assertThat(locale()).isEqualTo("C.UTF-8");
        assertThat(locale("LC_ALL", "POSIX")).isEqualTo("C.UTF-8");
        assertThat(locale("LC_ALL", "de_DE.UTF-8")).as("installed").isEqualTo("C.UTF-8");
        assertThat(locale("LC_ALL", "fr_FR.utf8")).as("not installed").isEqualTo("C.UTF-8");
        assertThat(locale("LANG", "en_US")).as("not installed").isEqualTo("C.UTF-8");
        assertThat(locale("LC_CTYPE", "UTF-8", "LANG", "fr_FR"))
                .as("sent by macOS")
                .isEqualTo("C.UTF-8");

        installed("de_DE.UTF-8", "UTF-8", "ru_RU", "UTF-8");
        assertThat(locale("LANG", "de_DE.UTF-8")).as("no C.UTF-8").isEqualTo("de_DE.UTF-8");
        assertThat(locale("LANG", "ru_RU")).as("no C.UTF-8").isEqualTo("ru_RU");

        Files.delete(bin.resolve("locale"));
        assertThat(locale("LANG", "en_US")).as("a system that cannot say").isEqualTo("C.UTF-8");
    }

    @Test
    void aKnownOtherCharacterSetIsKept() throws Exception {
        run();
        installed("C.UTF-8", "UTF-8", "de_DE", "ISO-8859-1", "de_DE@euro", "ISO-8859-15");
        assertThat(locale("LANG", "de_DE")).isEqualTo("none");
        assertThat(locale("LC_ALL", "de_DE@euro")).isEqualTo("de_DE@euro");
        assertThat(locale("LC_ALL", "C", "LANG", "de_DE"))
                .as("LC_ALL comes first")
                .isEqualTo("C.UTF-8");
    }

    @Test
    void theBuildReadsFileNamesInTheSameWay() throws Exception {
        installed("C.UTF-8", "UTF-8");
        environment.put("LC_ALL", "fr_FR.UTF-8");
        run();
        assertThat(temporary.resolve("builds.locale")).hasContent("C.UTF-8");
    }

    @Test
    void requestsLargePagesUnlessTheUserChoseOtherwise() throws Exception {
        run();
        environment.put("STUB", "malloc");
        assertThat(run().out()).isEqualTo("glibc.malloc.hugetlb=1\n");
        environment.put("GLIBC_TUNABLES", "glibc.malloc.check=1");
        assertThat(run().out()).isEqualTo("glibc.malloc.check=1:glibc.malloc.hugetlb=1\n");
        environment.put("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0");
        assertThat(run().out()).isEqualTo("glibc.malloc.hugetlb=0\n");
    }
}
