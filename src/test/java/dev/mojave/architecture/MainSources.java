package dev.mojave.architecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import java.nio.file.Files;
import java.nio.file.Path;

/** The classes whose source is in src/main, also where the classes of tests are compiled into the same folder. */
public final class MainSources implements ImportOption {
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final String ROOT = "dev/mojave/";

    @Override
    public boolean includes(Location location) {
        String path = location.asURI().toString();
        int root = path.lastIndexOf(ROOT);
        if (root < 0 || !path.endsWith(".class")) {
            return false;
        }
        String topLevel = path.substring(root).replaceFirst("(\\$.*)?\\.class$", ".java");
        return Files.exists(SOURCES.resolve(topLevel));
    }
}
