package dev.mojave.base.tree;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.lang.reflect.RecordComponent;
import java.util.Locale;

/** Converts Java names to YAML names: snake_case, unless an annotation specifies another name. */
final class Names {
    private Names() {}

    static String key(RecordComponent component) {
        JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
        return renamed != null && !renamed.value().isEmpty() ? renamed.value() : snakeCase(component.getName());
    }

    static String kind(Class<?> type) {
        JsonTypeName renamed = type.getAnnotation(JsonTypeName.class);
        return renamed != null && !renamed.value().isEmpty() ? renamed.value() : snakeCase(type.getSimpleName());
    }

    static String constant(Enum<?> constant) {
        try {
            JsonProperty renamed =
                    constant.getDeclaringClass().getField(constant.name()).getAnnotation(JsonProperty.class);
            return renamed != null && !renamed.value().isEmpty()
                    ? renamed.value()
                    : constant.name().toLowerCase(Locale.ROOT);
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("an enum constant is a field", e);
        }
    }

    static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
