package dev.mojave.base;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a record is read from and what makes the record of their values: its canonical constructor, or a static
 * {@code @JsonCreator} method whose parameters carry {@code @JsonProperty}, where defaults depend on other keys.
 */
record RecordShape(String kind, List<Key> keys, Executable maker) {
    /** One key: absent it takes its fallback, or null or empty where that is allowed. */
    record Key(String name, Type type, Class<?> raw, boolean nullable, Optional<String> fallback) {
        boolean isOptional() {
            return raw == Optional.class;
        }
    }

    static RecordShape of(Class<?> type) {
        Optional<Method> creator = creators(type)
                .filter(method -> Arrays.stream(method.getParameters())
                        .allMatch(parameter -> parameter.isAnnotationPresent(JsonProperty.class)))
                .findFirst();
        if (creator.isPresent()) {
            List<Key> keys = Arrays.stream(creator.get().getParameters())
                    .map(RecordShape::key)
                    .toList();
            return new RecordShape(Names.kind(type), keys, creator.get());
        }
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            List<Key> keys = Arrays.stream(components).map(RecordShape::key).toList();
            return new RecordShape(Names.kind(type), keys, constructor);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every record has a canonical constructor", e);
        }
    }

    /** Returns the method that reads a type's own notation from one value, if it has one. */
    static Optional<Method> notation(Class<?> type) {
        return creators(type)
                .filter(method -> method.getParameterCount() == 1
                        && !method.getParameters()[0].isAnnotationPresent(JsonProperty.class))
                .findFirst();
    }

    Object construct(@Nullable Object[] values) throws ReflectiveOperationException {
        return switch (maker) {
            case Constructor<?> constructor -> constructor.newInstance(values);
            case Method method -> method.invoke(null, values);
        };
    }

    private static java.util.stream.Stream<Method> creators(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .filter(method -> method.isAnnotationPresent(JsonCreator.class))
                .peek(method -> method.setAccessible(true));
    }

    private static Key key(RecordComponent component) {
        return new Key(
                Names.key(component),
                component.getGenericType(),
                component.getType(),
                component.getAnnotatedType().isAnnotationPresent(Nullable.class),
                Optional.ofNullable(component.getAnnotation(Default.class)).map(Default::value));
    }

    private static Key key(Parameter parameter) {
        return new Key(
                parameter.getAnnotation(JsonProperty.class).value(),
                parameter.getParameterizedType(),
                parameter.getType(),
                parameter.getAnnotatedType().isAnnotationPresent(Nullable.class),
                Optional.empty());
    }
}
