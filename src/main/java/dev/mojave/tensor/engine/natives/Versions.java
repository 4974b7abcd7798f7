package dev.mojave.tensor.engine.natives;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.Loader;

/** Versions of the native libraries, read from their jars. */
public final class Versions {
    private Versions() {}

    /** Returns the versions by library: {@code libtorch}, {@code openblas}, {@code mkl}. */
    public static Map<String, String> libraries() {
        Natives.prepareJavaCpp();
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("libtorch", version("pytorch"));
        versions.put("openblas", version("openblas"));
        versions.put("mkl", version("mkl"));
        return versions;
    }

    private static String version(String artifact) {
        try {
            return Loader.getVersion("org.bytedeco", artifact);
        } catch (IOException e) {
            return "absent";
        }
    }
}
