package dev.mojave.base.tree;

import dev.mojave.base.Failure;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads one YAML document into a tree, for {@link Yaml}. */
final class YamlReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MAX_DEPTH = 64;
    private static final LoadSettings SETTINGS = LoadSettings.builder().build();

    /** The beginnings of the parser's messages, and their replacements. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("mapping values are not allowed here", "a second ': ' in a plain value; put the value in quotes"),
            Map.entry("sequence entries are not allowed here", "a list cannot begin here; put it on separate lines"),
            Map.entry("mapping keys are not allowed here", "a key is not allowed here"),
            Map.entry(
                    "could not find expected ':'", "a colon is missing after the key, or the line is indented wrongly"),
            Map.entry("expected <block end>", "this line is not indented like the lines that it belongs to"),
            Map.entry("expected ',' or ']'", "a comma or ']' is missing"),
            Map.entry("expected ',' or '}'", "a comma or '}' is missing"),
            Map.entry("found unexpected end of stream", "a quotation mark is not closed"),
            Map.entry("found unexpected document separator", "a quotation mark is not closed"),
            Map.entry("found unknown escape character", "this is not an escape sequence of YAML; use single quotes"),
            Map.entry("expected escape sequence of", "this is not an escape sequence of YAML; use single quotes"),
            Map.entry("expected the node content", "a value is missing"),
            Map.entry("expected chomping or indentation", "text after | or > must begin on the next line"),
            Map.entry("found undefined tag handle", "tags (!) are not supported; write the plain value"),
            Map.entry("special characters are not allowed", "a control character; remove it"));

    private final String text;
    private final String source;

    YamlReader(String text, String source) {
        this.text = text;
        this.source = source;
    }

    /**
     * Reads the only document.
     *
     * @throws Failure of kind USAGE that states where and why it cannot be read
     */
    JsonNode read() {
        try {
            ParserImpl parser = new ParserImpl(SETTINGS, new StreamReader(SETTINGS, text));
            parser.next();
            if (parser.checkEvent(Event.ID.StreamEnd)) {
                throw Failure.usage("%s is empty", source);
            }
            parser.next();
            JsonNode tree = node(parser, parser.next(), "", 0);
            parser.next();
            if (!parser.checkEvent(Event.ID.StreamEnd)) {
                throw Failure.usage(
                        "%s contains more than one document; remove everything from the second '---' on", source);
            }
            return tree;
        } catch (MarkedYamlEngineException e) {
            throw malformed(e);
        } catch (ReaderException e) {
            throw at(
                            position(e.getPosition()),
                            String.format(Locale.ROOT, "the control character U+%04X; remove it", e.getCodePoint()))
                    .because(e);
        } catch (YamlEngineException e) {
            throw Failure.usage("%s is too long for settings (more than 3 million characters)", source)
                    .because(e);
        }
    }

    private JsonNode node(ParserImpl parser, Event event, String path, int depth) {
        String place = path.isEmpty() ? source : source + ": " + path;
        if (event instanceof AliasEvent
                || (event instanceof NodeEvent node && node.getAnchor().isPresent())) {
            throw Failure.usage("%s: anchors and aliases (& and *) are not supported; write the value out", place);
        }
        Optional<String> tag = switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent collection -> collection.getTag();
            default -> Optional.empty();
        };
        if (tag.isPresent()) {
            throw Failure.usage("%s: tags (!) are not supported; write the plain value", place);
        }
        if (depth > MAX_DEPTH) {
            throw Failure.usage("%s is nested more than %d levels deep", place, MAX_DEPTH);
        }
        return switch (event) {
            case ScalarEvent scalar ->
                scalar.isPlain() ? YamlScalar.plain(scalar.getValue()) : NODES.stringNode(scalar.getValue());
            case MappingStartEvent _ -> mapping(parser, path, depth);
            case SequenceStartEvent _ -> list(parser, path, depth);
            default -> throw new IllegalStateException("no value begins with " + event.getEventId());
        };
    }

    private ObjectNode mapping(ParserImpl parser, String path, int depth) {
        ObjectNode mapping = NODES.objectNode();
        for (Event event = parser.next(); event.getEventId() != Event.ID.MappingEnd; event = parser.next()) {
            if (!(event instanceof ScalarEvent scalar)
                    || scalar.getTag().isPresent()
                    || scalar.getAnchor().isPresent()) {
                throw at(event.getStartMark(), "a key must be plain text");
            }
            String key = scalar.getValue();
            if (mapping.has(key)) {
                throw at(event.getStartMark(), "the key '" + key + "' occurs twice; remove one");
            }
            String below = path.isEmpty() ? key : path + "." + key;
            mapping.set(key, node(parser, parser.next(), below, depth + 1));
        }
        return mapping;
    }

    private ArrayNode list(ParserImpl parser, String path, int depth) {
        ArrayNode list = NODES.arrayNode();
        for (Event event = parser.next(); event.getEventId() != Event.ID.SequenceEnd; event = parser.next()) {
            list.add(node(parser, event, path + "[" + list.size() + "]", depth + 1));
        }
        return list;
    }

    private Failure malformed(MarkedYamlEngineException e) {
        String problem = String.valueOf(e.getProblem());
        Optional<Mark> place = e.getProblemMark().or(e::getContextMark);
        int line = place.map(Mark::getLine).orElse(0);
        String content = lines(line);
        boolean tab = content.substring(
                        0, content.length() - content.stripLeading().length())
                .contains("\t");
        if (tab || problem.contains("(TAB)")) {
            return at(place, "a tab; YAML must be indented with spaces").because(e);
        }
        String reason = WORDS.entrySet().stream()
                .filter(entry -> problem.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(
                        problem.contains("cannot start any token")
                                ? "a value cannot begin with this character; put it in quotes"
                                : "this is not YAML; put text in quotes if it contains any of : # [ ] { } , & * ! | > ' \" % @ `");
        return at(place, reason).because(e);
    }

    private record Position(int line, int column) {}

    private Position position(int offset) {
        String before = text.substring(0, Math.clamp(offset, 0, text.length()));
        return new Position(
                (int) before.chars().filter(c -> c == '\n').count(), before.length() - before.lastIndexOf('\n') - 1);
    }

    private Failure at(Optional<Mark> mark, String reason) {
        return at(mark.map(m -> new Position(m.getLine(), m.getColumn())).orElse(new Position(0, 0)), reason);
    }

    private Failure at(Position position, String reason) {
        String excerpt = lines(position.line).strip();
        return Failure.usage(
                "%s: line %d, column %d: %s%s",
                source,
                position.line + 1,
                position.column + 1,
                reason,
                excerpt.isEmpty() ? "" : ": " + (excerpt.length() > 100 ? excerpt.substring(0, 100) + "..." : excerpt));
    }

    private String lines(int line) {
        return text.lines().skip(line).findFirst().orElse("");
    }
}
