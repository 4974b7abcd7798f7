package dev.mojave.data.format;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.base.files.WholeText;
import dev.mojave.base.tree.JsonFaults;
import dev.mojave.data.source.ReadReport;
import dev.mojave.data.source.SourceFile;
import dev.mojave.data.source.TextFormat;
import dev.mojave.data.source.TextSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads JSON objects as documents. The text is under {@code text} unless {@code text_field} names another {@link FieldPath}. Other fields
 * may contain anything that Python's json module accepts, including {@code NaN}.
 */
public final class JsonDocuments {
    private static final int LONGEST = 1 << 27;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(LONGEST)
                            .maxNameLength(LONGEST)
                            .maxNumberLength(LONGEST)
                            .build())
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Pattern LIST = Pattern.compile("\\s*\\[\\s*\\{\\s*\"[^\"]*\"\\s*:");

    private final SourceFile file;
    private final Fields fields;
    private final List<FieldPath> paths;
    /** The path of the category, if the user named one. */
    private final Optional<FieldPath> categoryPath;

    private final ReadReport report;
    private final Consumer<DocumentPart> consumer;
    private final CategoryCheck check;
    private boolean first = true;

    /** Prepares to read a file; documents go to the consumer, irregularities to the report. */
    public JsonDocuments(SourceFile file, Fields fields, ReadReport report, Consumer<DocumentPart> consumer) {
        this.file = file;
        this.fields = fields;
        this.report = report;
        this.consumer = consumer;
        this.paths = (fields.text().isEmpty() ? List.of("text") : fields.texts())
                .stream().map(FieldPath::of).toList();
        this.categoryPath =
                fields.category().isEmpty() ? Optional.empty() : Optional.of(FieldPath.of(fields.category()));
        this.check = new CategoryCheck(fields.reading().strict() && fields.guessesCategory());
    }

    /**
     * Returns the format of a text that begins like JSON, with a line that is an object or with a list of objects; empty for any other
     * text.
     */
    public static Optional<TextFormat> looksLike(String text) {
        String line = text.lines()
                .filter(some -> !some.isBlank())
                .findFirst()
                .orElse("")
                .strip();
        if (text.stripLeading().startsWith("[")
                && LIST.matcher(text.substring(0, Math.min(200, text.length()))).lookingAt()) {
            return Optional.of(TextFormat.JSON);
        }
        if (!line.startsWith("{") || !line.endsWith("}")) {
            return Optional.empty();
        }
        try {
            return MAPPER.readTree(line).isEmpty() ? Optional.empty() : Optional.of(TextFormat.JSONL);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** Reads one object per line; blank lines are skipped. */
    public void lines(TextSource source) throws IOException {
        BufferedReader lines = new BufferedReader(source, 1 << 16);
        long number = 0;
        source.startRow();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (!line.isBlank()) {
                String place = file.shown() + " line " + number;
                accept(parseLine(line, place), place);
            }
            source.startRow();
        }
        end();
    }

    /** Reads the elements of a list, or a sequence of objects. */
    public void values(TextSource source) {
        JsonObjects objects = new JsonObjects(source, file);
        for (Optional<String> text = objects.next(); text.isPresent(); text = objects.next()) {
            String place = file.shown() + " line " + objects.line();
            try {
                accept(MAPPER.readTree(text.get()), place);
            } catch (JacksonException e) {
                throw Failure.data(
                                "%s: the object that begins here is not JSON: %s",
                                place, JsonFaults.reason(e, text.get()))
                        .because(e);
            }
        }
        end();
    }

    private void end() {
        check.end(file.shown());
    }

    private static JsonNode parseLine(String line, String place) {
        try {
            JsonNode object = MAPPER.readTree(line);
            if (object.isObject()) {
                return object;
            }
        } catch (UnexpectedEndOfInputException e) {
            throw Failure.data(
                            "%s is not a JSON object: the line ends in the middle of a value. JSON Lines has one complete"
                                    + " object per line: either the line was cut off, or the object spans several"
                                    + " lines, which --format json can read",
                            place)
                    .because(e);
        } catch (JacksonException e) {
            throw Failure.data("%s is not a JSON object: %s", place, JsonFaults.inLine(e, line))
                    .because(e);
        }
        throw Failure.data(
                "%s is not a JSON object; JSONL has one per line, such as {\"text\": \"...\"}%s",
                place, line.strip().startsWith("[") ? "; --format json reads a list of objects" : "");
    }

    private void accept(JsonNode object, String place) {
        List<String> pieces = new ArrayList<>();
        for (FieldPath path : paths) {
            add(object, path, place, pieces);
        }
        String text = repaired(String.join(fields.reading().join(), pieces));
        String category = fields.reading().noCategory() ? "" : repaired(category(object, place));
        if (first) {
            first = false;
            report.interpreted(file.name(), how(object));
        }
        if (text.isBlank()) {
            report.rowWithoutText();
        } else {
            consumer.accept(DocumentPart.whole(text, category, text));
        }
        report.endDocument();
    }

    private String how(JsonNode object) {
        String text = String.join(", ", paths.stream().map(FieldPath::spelled).toList());
        String key = categoryKey(object);
        return "the text is in '" + text + "'" + (key.isEmpty() ? "" : ", the category in '" + key + "'");
    }

    private void add(JsonNode object, FieldPath path, String place, List<String> pieces) {
        List<JsonNode> values = path.values(object);
        boolean some = path.many() && (values.isEmpty() || values.stream().anyMatch(value -> !value.isMissingNode()));
        for (JsonNode value : values) {
            if (value.isString()) {
                pieces.add(value.stringValue());
            } else if (!some || (!value.isMissingNode() && !value.isNull())) {
                throw noText(object, path.spelled(), value, place);
            }
        }
    }

    /**
     * Returns the failure for an object without text. If the user named no field and already the first object lacks the default one, the
     * command is at fault, otherwise the data.
     */
    private Failure noText(JsonNode object, String key, JsonNode value, String place) {
        List<String> known = List.copyOf(object.propertyNames());
        String nearest = value.isMissingNode() ? Suggest.didYouMean(key, known) : "";
        String what = value.isMissingNode()
                ? "is missing"
                : value.isNull() ? "is null, not a string" : "is " + kind(value) + ", not a string";
        String remedy = value.isNull()
                ? "; leave out objects without text, for instance with: jq -c 'select(." + key + " != null)' FILE"
                : "; its keys are " + known + "; name the key of the text with --text-field (text_field in a recipe)"
                        + example(object) + nearest;
        String message = place + ": '" + key + "' " + what + remedy;
        return first && fields.text().isEmpty() && value.isMissingNode()
                ? Failure.usage("%s", message)
                : Failure.data("%s", message);
    }

    private static String kind(JsonNode value) {
        return value.isArray()
                ? "a list"
                : value.isObject() ? "an object" : value.isNumber() ? "a number" : "true or false";
    }

    /** Suggests a value for {@code --text-field}: the keys with strings, or a path into a list of objects. */
    private static String example(JsonNode object) {
        List<String> strings = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            JsonNode value = entry.getValue();
            if (value.isString()) {
                strings.add(entry.getKey());
            }
            JsonNode inside = value.path(0);
            for (String key : List.of("content", "value", "text")) {
                if (value.isArray() && inside.path(key).isString()) {
                    return ", such as --text-field '" + entry.getKey() + "[]." + key + "'";
                }
            }
            if (value.isArray() && inside.isObject()) {
                return "; turn the documents inside a list into lines with: jq -c '." + entry.getKey()
                        + "[]' FILE > FILE.jsonl";
            }
        }
        return strings.size() < 2 ? "" : ", such as --text-field " + String.join(",", strings);
    }

    private String repaired(String text) {
        String whole = WholeText.of(text);
        if (!whole.equals(text)) {
            report.loneSurrogate();
        }
        if (whole.indexOf('\uFEFF') < 0) {
            return whole;
        }
        report.byteOrderMarks(whole.chars().filter(c -> c == '\uFEFF').count());
        return whole.replace("\uFEFF", "");
    }

    private String categoryKey(JsonNode object) {
        if (!fields.category().isEmpty() || fields.reading().noCategory()) {
            return fields.category();
        }
        return Fields.USUAL_CATEGORIES.stream().filter(object::has).findFirst().orElse("");
    }

    private String category(JsonNode object, String place) {
        String key = categoryKey(object);
        if (key.isEmpty()) {
            return "";
        }
        boolean chosen = categoryPath.isPresent();
        List<JsonNode> values = chosen ? categoryPath.get().values(object) : List.of(object.path(key));
        JsonNode value = values.isEmpty() ? object.path(key) : values.getFirst();
        if (value.isMissingNode() || value.isContainer() || values.size() > 1) {
            if (!chosen) {
                return "";
            }
            throw Failure.data(
                    "%s: the category '%s' %s; its keys are %s; check --category-field (category_field in a recipe)",
                    place, key, value.isMissingNode() ? "is missing" : "is not a single value", object.propertyNames());
        }
        String category = value.isNull() ? "" : value.asString();
        if (!chosen && !category.isEmpty()) {
            check.watch(category, file.shown(), key);
        }
        return category;
    }
}
