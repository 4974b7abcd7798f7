package dev.mojave.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HomeTest {
    @Test
    void ownVariableComesFirst() {
        assertThat(Home.directory(Map.of("MOJAVE_HOME", "/m", "XDG_CACHE_HOME", "/x")::get, "Linux", "/home/a"))
                .isEqualTo(Path.of("/m"));
    }

    @Test
    void blankVariablesCountAsUnset() {
        assertThat(Home.directory(Map.of("MOJAVE_HOME", " ", "XDG_CACHE_HOME", "")::get, "Linux", "/home/a"))
                .isEqualTo(Path.of("/home/a/.cache/mojave"));
    }

    @Test
    void eachSystemHasItsCacheFolder() {
        assertThat(Home.directory(Map.of("XDG_CACHE_HOME", "/x")::get, "Linux", "/home/a"))
                .isEqualTo(Path.of("/x/mojave"));
        assertThat(Home.directory(Map.<String, String>of()::get, "Mac OS X", "/Users/a"))
                .isEqualTo(Path.of("/Users/a/Library/Caches/mojave"));
        assertThat(Home.directory(Map.of("LOCALAPPDATA", "/local")::get, "Windows 11", "/Users/a"))
                .isEqualTo(Path.of("/local/mojave"));
    }
}
