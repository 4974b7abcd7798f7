package dev.mojave.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the two tables of ARCHITECTURE.md, which it reads from there: what a layer may use, and what a room may use of its own layer. */
class ArchitectureTest {
    private static final String ROOT = "dev.mojave.";
    private static final int MOST_FILES = 25;
    private static final int MOST_IMPORTS = 20;
    private static final Set<String> FOUNDATIONS = Set.of("base", "result");
    private static final JavaClasses MAIN =
            new ClassFileImporter().withImportOption(new MainSources()).importPackages("dev.mojave");

    /** Layer to what it may use besides the foundations. A name stands for its subpackages too, but for those that have a row of their own. */
    private static final Map<String, Set<String>> LAYERS = table("package");

    /** Package of a layer that has several, to those of the layer that it may use; a name stands for that package alone. */
    private static final Map<String, Set<String>> ROOMS = table("room");

    private static final Set<String> PACKAGES = MAIN.stream()
            .filter(type -> !type.getSimpleName().equals("package-info"))
            .map(ArchitectureTest::packageOf)
            .collect(Collectors.toCollection(TreeSet::new));

    static Collection<String> packages() {
        return PACKAGES;
    }

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageUsesOnlyWhatTheTablesAllow(String name) {
        List<String> wrong = MAIN.stream()
                .filter(type -> packageOf(type).equals(name))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .filter(use -> use.getTargetClass().getPackageName().startsWith(ROOT)
                        && !mayUse(name, packageOf(use.getTargetClass())))
                .map(Dependency::getDescription)
                .toList();
        assertThat(wrong).isEmpty();
    }

    private static boolean mayUse(String from, String to) {
        String layer = layer(from);
        String other = layer(to);
        if (layer.equals(other)) {
            return from.equals(to) || ROOMS.getOrDefault(from, Set.of()).contains(to);
        }
        if (FOUNDATIONS.contains(other)) {
            return !FOUNDATIONS.contains(layer);
        }
        return LAYERS.getOrDefault(layer, Set.of()).stream().anyMatch(use -> within(use, to));
    }

    /** Returns the row of the first table that a package belongs to: the longest name that it begins with. */
    private static String layer(String name) {
        return LAYERS.keySet().stream()
                .filter(row -> within(row, name))
                .max(Comparator.comparingInt(String::length))
                .orElse("");
    }

    @Test
    void aLayerMayUseWhatItsRowNamesAndARoomWhatItsRowNames() {
        assertThat(mayUse("nn", "tensor.engine")).isTrue();
        assertThat(mayUse("nn", "base.tree")).isTrue();
        assertThat(mayUse("nn", "model")).isFalse();
        assertThat(mayUse("base.tree", "result")).isFalse();
        assertThat(mayUse("data.store", "data.corpus")).isTrue();
        assertThat(mayUse("data.corpus", "data.store")).isFalse();
        assertThat(mayUse("data.tokenizer", "data")).isFalse();
        assertThat(mayUse("data.tokenizer.bpe", "tensor")).isFalse();
        assertThat(mayUse("tensor.kernels.vector", "tensor.kernels.support")).isFalse();
        assertThat(mayUse("unknown", "tensor")).isFalse();
    }

    @Test
    void everyPackageIsInTheTables() {
        assertThat(PACKAGES).allSatisfy(name -> assertThat(layer(name)).isNotEmpty());
        Map<String, List<String>> ofLayer = PACKAGES.stream().collect(Collectors.groupingBy(ArchitectureTest::layer));
        assertThat(ROOMS.keySet())
                .containsExactlyInAnyOrderElementsOf(ofLayer.values().stream()
                        .filter(rooms -> rooms.size() > 1)
                        .flatMap(List::stream)
                        .toList());
    }

    @Test
    void everyNameInTheTablesIsAPackage() {
        assertThat(LAYERS.keySet())
                .allSatisfy(
                        row -> assertThat(PACKAGES).anyMatch(name -> layer(name).equals(row)));
        Stream.of(LAYERS, ROOMS)
                .flatMap(table -> table.values().stream())
                .flatMap(Set::stream)
                .forEach(use -> assertThat(PACKAGES).anyMatch(name -> within(use, name)));
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.mojave.(**)").should().beFreeOfCycles().check(MAIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"src/main/java", "src/test/java"})
    void noFolderHasMoreFilesThanOneLooksThrough(String sources) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(sources))) {
            Map<Path, Long> counts = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .collect(Collectors.groupingBy(Path::getParent, TreeMap::new, Collectors.counting()));
            assertThat(counts)
                    .isNotEmpty()
                    .allSatisfy((folder, count) -> assertThat(count).isLessThanOrEqualTo(MOST_FILES));
        }
    }

    @Test
    void noClassNeedsHalfOfOurs() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            Map<Path, Long> imports = new TreeMap<>();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                imports.put(
                        file,
                        Files.readString(file)
                                .lines()
                                .filter(line -> line.startsWith("import " + ROOT))
                                .count());
            }
            assertThat(imports)
                    .isNotEmpty()
                    .allSatisfy((file, count) -> assertThat(count).isLessThanOrEqualTo(MOST_IMPORTS));
        }
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
    void onlyTheVectorLoopsSeeTheIncubatorModule() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "tensor.kernels.vector")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator..")
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

    private static String packageOf(JavaClass type) {
        return type.getPackageName().substring(ROOT.length());
    }

    private static String within(String name) {
        return ROOT + name + "..";
    }

    private static boolean within(String name, String other) {
        return other.equals(name) || other.startsWith(name + ".");
    }

    /** Reads the table of ARCHITECTURE.md whose first column has this name: names, separated by commas, to names. */
    private static Map<String, Set<String>> table(String column) {
        Map<String, Set<String>> rows = new TreeMap<>();
        try (Stream<String> lines = Files.lines(Path.of("ARCHITECTURE.md"))) {
            lines.dropWhile(line -> !line.startsWith("| " + column + " |"))
                    .skip(2)
                    .takeWhile(line -> line.startsWith("|"))
                    .map(line -> line.split("\\|", -1))
                    .forEach(cells -> names(cells[1])
                            .forEach(name -> assertThat(rows.put(name, names(cells[2])))
                                    .as(name)
                                    .isNull()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(rows).as("the table of each " + column).isNotEmpty();
        return rows;
    }

    private static Set<String> names(String cell) {
        return Arrays.stream(cell.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
