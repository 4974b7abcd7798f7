package dev.mojave.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.mojave.base.Promised;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PromisedTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.mojave");

    /** A stable API that returns types outside the stable API would be worth little. */
    @Test
    void whatIsPromisedShowsOnlyWhatIsPromised() {
        Set<String> leaks = new TreeSet<>();
        for (JavaClass type : MAIN) {
            if (!type.isAnnotatedWith(Promised.class)) {
                continue;
            }
            for (JavaMethod method : type.getMethods()) {
                if (method.getModifiers().contains(JavaModifier.PUBLIC)) {
                    check(method.getFullName(), method.getRawReturnType(), leaks);
                    method.getRawParameterTypes().forEach(used -> check(method.getFullName(), used, leaks));
                }
            }
        }
        assertThat(leaks).isEmpty();
    }

    private static void check(String where, JavaClass used, Set<String> leaks) {
        JavaClass named = used.getBaseComponentType();
        boolean ours = named.getPackageName().startsWith("dev.mojave");
        boolean promised = named.isAnnotatedWith(Promised.class)
                || named.getEnclosingClass()
                        .map(outer -> outer.isAnnotatedWith(Promised.class))
                        .orElse(false);
        if (ours && !promised) {
            leaks.add(where + " shows " + named.getName());
        }
    }

    @Test
    void theDoorIsPromised() {
        assertThat(MAIN.get(Mojave.class).isAnnotatedWith(Promised.class)).isTrue();
        assertThat(MAIN.get(Model.class).isAnnotatedWith(Promised.class)).isTrue();
    }
}
