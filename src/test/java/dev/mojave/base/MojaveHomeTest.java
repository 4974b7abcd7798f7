package dev.mojave.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.process.JavaCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "paths of other systems")
class MojaveHomeTest {
    private static final Optional<Path> USER = Optional.of(Path.of("/home/u"));

    @TempDir
    Path folder;

    @Test
    void homeIsTheVariableOrTheSystemsCacheFolder() {
        assertThat(MojaveHome.path(Map.of("MOJAVE_HOME", "/data/m"), "Linux", USER))
                .isEqualTo(Path.of("/data/m"));
        assertThat(MojaveHome.path(Map.of(), "Linux", USER)).isEqualTo(Path.of("/home/u/.cache/mojave"));
        assertThat(MojaveHome.path(Map.of("XDG_CACHE_HOME", "/c"), "Linux", USER))
                .isEqualTo(Path.of("/c/mojave"));
        assertThat(MojaveHome.path(Map.of(), "Mac OS X", USER)).isEqualTo(Path.of("/home/u/Library/Caches/mojave"));
        assertThat(MojaveHome.path(Map.of("LOCALAPPDATA", "/l"), "Windows 11", USER))
                .isEqualTo(Path.of("/l/mojave"));
    }

    @Test
    void relativeSystemFoldersAreIgnored() {
        assertThat(MojaveHome.path(Map.of("XDG_CACHE_HOME", "cache"), "Linux", USER))
                .isEqualTo(Path.of("/home/u/.cache/mojave"));
        assertThat(MojaveHome.path(Map.of("LOCALAPPDATA", "?"), "Windows 11", USER))
                .isEqualTo(Path.of("/home/u/AppData/Local/mojave"));
    }

    @Test
    void theVariableHomeIsUsedIfJavaKnowsNoHomeFolder() {
        assertThat(UserHome.known(Map.of("HOME", "/home/v"), "/home/u")).isEqualTo(USER);
        for (String unknown : List.of("?", "", ".", "\0")) {
            assertThat(UserHome.known(Map.of("HOME", "/home/u"), unknown)).isEqualTo(USER);
            assertThat(UserHome.known(Map.of(), unknown)).isEmpty();
            assertThat(UserHome.known(Map.of("HOME", "home"), unknown)).isEmpty();
        }
    }

    @Test
    void withNoHomeAtAllTheMessageAsksForOne() {
        for (String system : List.of("Linux", "Mac OS X", "Windows 11")) {
            assertThatThrownBy(() -> MojaveHome.path(Map.of(), system, Optional.empty()))
                    .isInstanceOfSatisfying(
                            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.ENVIRONMENT))
                    .hasMessageContaining("set MOJAVE_HOME to a folder");
        }
        assertThat(MojaveHome.path(Map.of("MOJAVE_HOME", "/m"), "Linux", Optional.empty()))
                .isEqualTo(Path.of("/m"));
        assertThat(MojaveHome.path(Map.of("XDG_CACHE_HOME", "/c"), "Linux", Optional.empty()))
                .isEqualTo(Path.of("/c/mojave"));
    }

    @Test
    void anUndecodableVariableIsRejected() {
        assertThatThrownBy(() -> MojaveHome.path(Map.of("MOJAVE_HOME", "/data/M\uFFFDrz"), "Linux", USER))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("MOJAVE_HOME (/data/M\uFFFDrz) contains bytes");
    }

    /** Prints the home folder that libraries would use and the one that this program would use, or the failure. */
    static final class Places {
        public static void main(String[] arguments) {
            try {
                UserHome.publish();
                System.out.println(System.getProperty("user.home") + " " + MojaveHome.path());
            } catch (Failure e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private String places(Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>(JavaCommand.of(List.of(), Places.class, List.of()));
        // The last one counts.
        command.add(command.indexOf("-cp"), "-Duser.home=?");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        List.of("MOJAVE_HOME", "XDG_CACHE_HOME", "HOME").forEach(builder.environment()::remove);
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        String said = new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).as("the working directory").isEmpty();
        }
        return said.strip();
    }

    @Test
    void librariesUseTheSameFolder() throws IOException {
        assertThat(places(Map.of("HOME", "/home/u"))).isEqualTo("/home/u /home/u/.cache/mojave");
        assertThat(places(Map.of("HOME", "/home/u", "MOJAVE_HOME", "/m"))).isEqualTo("/home/u /m");
        assertThat(places(Map.of("MOJAVE_HOME", "/m"))).isEqualTo("/m /m");
        assertThat(places(Map.of())).contains("set MOJAVE_HOME to a folder");
    }

    @Test
    void anotherProcessOfThisProgramHasTheSameHome() {
        assertThat(JavaCommand.of(MojaveHomeTest.class, List.of()))
                .contains("-Duser.home=" + System.getProperty("user.home"));
    }
}
