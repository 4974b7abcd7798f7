package dev.mojave.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the dependency table of ARCHITECTURE.md. */
class ArchitectureTest {
    private static final String ROOT = "dev.mojave.";
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.mojave");

    /** Package to the packages of ours that it may use; all may use base and result. A name stands for its subpackages too. */
    private static final Map<String, String> TABLE = new TreeMap<>(Map.ofEntries(
            Map.entry("base", ""),
            Map.entry("result", ""),
            Map.entry("tensor", ""),
            Map.entry("nn", "tensor"),
            Map.entry("data", "tensor"),
            Map.entry("optim", "nn tensor"),
            Map.entry("moe", "nn tensor"),
            Map.entry("model", "moe nn tensor"),
            Map.entry("interop", "model moe nn data.tokenizer tensor"),
            Map.entry("run", "interop model optim nn data tensor"),
            Map.entry("eval", "run model moe nn data tensor"),
            Map.entry("generate", "run model moe nn data tensor"),
            Map.entry("train", "eval generate run model moe optim nn data tensor"),
            Map.entry("lab.bench", "train eval generate run interop model moe optim nn data tensor"),
            Map.entry("lab.diagnose", "train eval generate run interop model moe optim nn data tensor"),
            Map.entry("lab.trials", "train eval generate run interop model moe optim nn data tensor"),
            Map.entry("lab.statistics", ""),
            Map.entry(
                    "lab.sweep",
                    "lab.statistics lab.trials train eval generate run interop model moe optim nn data tensor"),
            Map.entry("lab.reproduce", "train eval generate run interop model moe optim nn data tensor"),
            Map.entry("lab.parity", "train eval generate run interop model moe optim nn data tensor"),
            Map.entry(
                    "lab.study",
                    "lab.diagnose lab.statistics lab.sweep lab.trials train eval generate run interop model moe optim nn data tensor"),
            Map.entry("lab.suite", "train eval generate run interop model moe optim nn data tensor"),
            Map.entry("api", "train eval generate run interop model moe optim nn data tensor"),
            Map.entry("report", ""),
            Map.entry("serve", "generate run data.tokenizer report"),
            Map.entry("cli", "lab report serve train eval generate run interop model moe optim nn data tensor")));

    static Stream<String> packages() {
        return TABLE.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageUsesOnlyWhatTheTableAllows(String name) {
        List<String> allowed = new ArrayList<>(List.of(within(name), within("result")));
        if (!name.equals("result")) {
            allowed.add(within("base"));
        }
        Arrays.stream(TABLE.get(name).split(" "))
                .filter(use -> !use.isEmpty())
                .forEach(use -> allowed.add(within(use)));
        noClasses()
                .that()
                .resideInAPackage(within(name))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("dev.mojave..").and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
                .allowEmptyShould(true)
                .check(MAIN);
    }

    @Test
    void tokenizersUseNothingOfOursButTheFoundations() {
        noClasses()
                .that()
                .resideInAPackage(within("data.tokenizer"))
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.mojave..")
                        .and(not(resideInAnyPackage(within("data.tokenizer"), within("base"), within("result")))))
                .allowEmptyShould(true)
                .check(MAIN);
    }

    @Test
    void everyPackageIsInTheTable() {
        TreeSet<String> strangers = new TreeSet<>();
        for (JavaClass type : MAIN) {
            String name = type.getPackageName().substring(ROOT.length());
            if (TABLE.keySet().stream().noneMatch(known -> name.equals(known) || name.startsWith(known + "."))) {
                strangers.add(name);
            }
        }
        assertThat(strangers).isEmpty();
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.mojave.(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void onlyTensorTouchesTheNativeApi() {
        noClasses()
                .that()
                .resideOutsideOfPackage(within("tensor"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(MAIN);
    }

    @Test
    void resultsArePlainRecordsOfTheJdk() {
        noClasses()
                .that()
                .resideInAPackage(within("result"))
                .should()
                .dependOnClassesThat(not(resideInAnyPackage(within("result"), "java..", "org.jspecify..")))
                .check(MAIN);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage(within("cli"))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(MAIN);
    }

    @Test
    void nobodyPrintsStackTracesOrUsesTheOldLogging() {
        noClasses().should().callMethod(Throwable.class, "printStackTrace").check(MAIN);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.logging..")
                .check(MAIN);
    }

    @Test
    void everyPackageIsNullMarked() {
        TreeSet<String> unmarked = new TreeSet<>();
        for (JavaClass type : MAIN) {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        }
        assertThat(unmarked).isEmpty();
    }

    private static String within(String name) {
        return ROOT + name + "..";
    }
}
