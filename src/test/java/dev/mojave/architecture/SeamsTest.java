package dev.mojave.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.mojave.eval.probe.Probe;
import dev.mojave.result.metric.Family;
import dev.mojave.result.metric.Metric;
import dev.mojave.result.metric.Metrics;
import dev.mojave.result.metric.MixtureMetrics;
import dev.mojave.train.listen.Listener;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What no compiler sees: a class or constant that has everything but somebody who uses it. Optimisers, routers and kinds of attention are
 * sealed instead, and a switch that does not name a new one does not compile.
 */
class SeamsTest {
    private static final JavaClasses MAIN =
            new ClassFileImporter().withImportOption(new MainSources()).importPackages("dev.mojave");

    private static List<JavaClass> implementations(Class<?> type) {
        return MAIN.stream()
                .filter(c -> !c.isInterface() && c.isAssignableTo(type))
                .toList();
    }

    @Test
    void everyListenerIsOneOfARuns() {
        List<JavaClass> listeners = implementations(Listener.class);
        assertThat(listeners).hasSizeGreaterThan(5);
        assertThat(listeners)
                .as("listeners that no run has: add them to Training")
                .allSatisfy(listener -> assertThat(listener.getConstructorCallsToSelf())
                        .anyMatch(call -> call.getOriginOwner().getPackageName().equals("dev.mojave.train")));
    }

    @Test
    void everyProbeLooksAtSomething() {
        List<JavaClass> probes = implementations(Probe.class);
        assertThat(probes).isNotEmpty();
        assertThat(probes)
                .as("probes that no walk takes along")
                .allSatisfy(probe -> assertThat(probe.getConstructorCallsToSelf())
                        .anyMatch(
                                call -> !call.getOriginOwner().getPackageName().equals("dev.mojave.eval.probe")));
    }

    @Test
    void everyMetricIsLoggedByTraining() {
        List<String> forgotten = new ArrayList<>();
        int declared = 0;
        for (Class<?> where : List.of(Metrics.class, MixtureMetrics.class)) {
            for (JavaField field : MAIN.get(where).getFields()) {
                if (Set.of(Metric.class.getName(), Family.class.getName())
                        .contains(field.getRawType().getName())) {
                    declared++;
                    boolean logged = field.getAccessesToSelf().stream()
                            .anyMatch(access ->
                                    access.getOriginOwner().getPackageName().startsWith("dev.mojave.train"));
                    if (!logged) {
                        forgotten.add(field.getFullName());
                    }
                }
            }
        }
        assertThat(forgotten).isEmpty();
        assertThat(declared)
                .isEqualTo(Metrics.all().size() + MixtureMetrics.all().size() + 1);
    }
}
