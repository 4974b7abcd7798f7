package dev.mojave.data;

import dev.mojave.base.Failure;
import dev.mojave.base.Json;
import dev.mojave.base.JsonFaults;
import dev.mojave.base.Suggest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** JSONL: one object a line, its text under {@code text} unless {@code text_field} says otherwise; blank lines are skipped. */
final class JsonLines {
    private static final List<String> USUAL_CATEGORIES = List.of("category", "label", "class");

    private JsonLines() {}

    static void read(TextSource source, Path file, FileCorpus.Fields fields, Consumer<DocumentPart> consumer)
            throws IOException {
        List<String> keys = fields.text().isEmpty() ? List.of("text") : Columns.names(fields.text());
        BufferedReader lines = new BufferedReader(source, 1 << 16);
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            String place = file + " line " + number;
            JsonNode object = parse(line, place);
            String text = String.join(
                    "\n", keys.stream().map(key -> value(object, key, place)).toList());
            if (!text.isBlank()) {
                consumer.accept(DocumentPart.whole(text, category(object, fields.category(), place), text));
            }
        }
    }

    private static JsonNode parse(String line, String place) {
        try {
            JsonNode object = Json.tree(line);
            if (object.isObject()) {
                return object;
            }
        } catch (JacksonException e) {
            throw Failure.data("%s is not a JSON object: %s", place, JsonFaults.inLine(e, line))
                    .because(e);
        }
        throw Failure.data("%s is not a JSON object; JSONL has one a line, such as {\"text\": \"...\"}", place);
    }

    private static String value(JsonNode object, String key, String place) {
        JsonNode value = object.path(key);
        if (!value.isString()) {
            List<String> known = List.copyOf(object.propertyNames());
            throw Failure.data(
                    "%s: '%s' %s; its keys are %s; name the text with text_field%s",
                    place,
                    key,
                    value.isMissingNode() ? "is missing" : "is not a string",
                    known,
                    Suggest.didYouMean(key, known));
        }
        return value.asString();
    }

    private static String category(JsonNode object, String chosen, String place) {
        Optional<String> key =
                chosen.isEmpty() ? USUAL_CATEGORIES.stream().filter(object::has).findFirst() : Optional.of(chosen);
        if (key.isEmpty()) {
            return "";
        }
        JsonNode value = object.path(key.get());
        if (value.isMissingNode() || value.isContainer()) {
            if (chosen.isEmpty()) {
                return "";
            }
            throw Failure.data(
                    "%s: the category '%s' %s; its keys are %s; check category_field",
                    place,
                    chosen,
                    value.isMissingNode() ? "is missing" : "is not a single value",
                    object.propertyNames());
        }
        return value.isNull() ? "" : value.asString();
    }
}
