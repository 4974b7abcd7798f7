package dev.mojave.optim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Records;
import dev.mojave.nn.Init;
import dev.mojave.nn.Parameter;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requirements of every kind of optimiser, including kinds added later. */
class OptimizersTest {
    private static final int STEPS = 6;

    static Stream<OptimizerSpec> kinds() {
        return Arrays.stream(OptimizerSpec.class.getPermittedSubclasses()).map(kind -> {
            String name = kind.getAnnotation(JsonTypeName.class).value();
            return Records.read(
                    Json.mapper().createObjectNode().put("kind", name), OptimizerSpec.class, "test", "optimizer");
        });
    }

    /** Returns one parameter of each role that has gradients. */
    private static List<Parameter> parameters() {
        Init init = Init.of(Rng.seeded(1), 0.1);
        init.as(Role.EMBEDDING).matrix("embedding", 7, 4);
        init.as(Role.HEAD).matrix("head", 7, 4);
        init.as(Role.MATRIX).matrix("matrix", 5, 4);
        init.as(Role.EXPERTS).matrix("experts", 2, 5, 3);
        init.as(Role.ROUTER).matrix("router", 3, 4);
        init.as(Role.GATE).matrix("gate", 1, 4);
        init.ones("norm", 4);
        init.zeros("bias", 6);
        return init.parameters();
    }

    private static void step(Optimizer optimizer, List<Parameter> parameters, int step) {
        for (Parameter parameter : parameters) {
            try (Scope _ = Scope.open()) {
                Tensor direction =
                        Tensors.normal(Rng.seeded(step), 0, 1, parameter.value().shape());
                parameter.value().mul(direction).sum().backward();
            }
        }
        optimizer.step(0.01, 0.5);
        Gradients.clear(parameters);
    }

    private static List<float[]> values(List<Parameter> parameters) {
        return parameters.stream().map(p -> p.value().toFloats()).toList();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theStateOfEachRoleHasTheSizeThatTheSpecificationReports(OptimizerSpec spec) {
        List<Parameter> parameters = parameters();
        try (Optimizer optimizer = spec.build(parameters)) {
            for (Parameter parameter : parameters) {
                long remembered = optimizer.state().entrySet().stream()
                        .filter(entry -> entry.getKey().endsWith("." + parameter.name()))
                        .mapToLong(entry -> entry.getValue().elements())
                        .sum();
                assertThat(remembered)
                        .as(parameter.name())
                        .isEqualTo(spec.remembered(parameter.role())
                                * parameter.value().elements());
            }
        }
        parameters.forEach(p -> p.value().close());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anotherOptimizerContinuesFromTheStateBitForBit(OptimizerSpec spec) {
        List<Parameter> undisturbed = parameters();
        List<Parameter> resumed = parameters();
        List<float[]> initial = values(undisturbed);
        try (Optimizer whole = spec.build(undisturbed);
                Optimizer first = spec.build(resumed);
                Optimizer second = spec.build(resumed)) {
            for (int step = 0; step < STEPS; step++) {
                step(whole, undisturbed, step);
                if (step == STEPS / 2) {
                    Map<String, Tensor> saved = first.state();
                    try (NoGrad _ = NoGrad.open()) {
                        second.state()
                                .forEach((name, value) ->
                                        value.copyInPlace(Objects.requireNonNull(saved.get(name), name)));
                    }
                    second.resume(first.steps());
                }
                step(step < STEPS / 2 ? first : second, resumed, step);
            }
            assertThat(second.steps()).isEqualTo(STEPS).isEqualTo(whole.steps());
            for (int i = 0; i < resumed.size(); i++) {
                assertThat(resumed.get(i).value().toFloats())
                        .as(resumed.get(i).name())
                        .containsExactly(undisturbed.get(i).value().toFloats())
                        .isNotEqualTo(initial.get(i));
            }
        }
        Stream.concat(undisturbed.stream(), resumed.stream())
                .forEach(p -> p.value().close());
    }
}
