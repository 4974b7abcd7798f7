package dev.mojave.data;

import com.google.errorprone.annotations.FormatMethod;
import dev.mojave.base.Records;
import dev.mojave.base.Yaml;
import java.util.Locale;

/** Data sections as a recipe writes them, for tests. */
final class DataSpecs {
    private DataSpecs() {}

    /** Reads keys and values in YAML's flow style, without the braces. */
    @FormatMethod
    static DataSpec of(String keys, Object... values) {
        return Records.read(
                Yaml.parse("{" + String.format(Locale.ROOT, keys, values) + "}", "test.yaml"),
                DataSpec.class,
                "test.yaml",
                "data");
    }
}
