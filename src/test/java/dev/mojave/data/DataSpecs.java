package dev.mojave.data;

import com.google.errorprone.annotations.FormatMethod;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Yaml;
import java.util.Locale;

/** Data sections in the notation of recipes, for tests. */
public final class DataSpecs {
    private DataSpecs() {}

    /** Parses keys and values in YAML's flow style, without the braces. */
    @FormatMethod
    public static DataSpec of(String keys, Object... values) {
        return Records.read(
                Yaml.parse("{" + String.format(Locale.ROOT, keys, values) + "}", "test.yaml"),
                DataSpec.class,
                "test.yaml",
                "data");
    }
}
