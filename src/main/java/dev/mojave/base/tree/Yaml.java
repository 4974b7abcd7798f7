package dev.mojave.base.tree;

import dev.mojave.base.Failure;
import dev.mojave.base.files.TextFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads YAML 1.2 strictly: one document, a mapping at the top level, no duplicate keys, no anchors, aliases or tags. Every error is a
 * {@link Failure} of kind USAGE that names the file, the position in it and the rule. {@link Records} turns a tree into records.
 */
public final class Yaml {
    private Yaml() {}

    /**
     * Reads a file whose top level is a mapping.
     *
     * @throws Failure of kind USAGE if it cannot be read or violates a rule
     */
    public static ObjectNode read(Path file) {
        try {
            return parse(TextFile.read(file), file.toString());
        } catch (NoSuchFileException e) {
            throw Failure.usage("%s does not exist", file).because(e);
        } catch (AccessDeniedException e) {
            throw Failure.usage("%s cannot be read: permission denied", file).because(e);
        } catch (TextFile.NotUtf8 e) {
            throw Failure.usage("%s %s", file, String.valueOf(e.getMessage())).because(e);
        } catch (IOException e) {
            String reason = Files.isDirectory(file) ? "it is a folder" : String.valueOf(e.getMessage());
            throw Failure.usage("%s cannot be read: %s", file, reason).because(e);
        }
    }

    /**
     * Parses text whose top level is a mapping.
     *
     * @param source name of the text in messages, usually that of the file
     */
    public static ObjectNode parse(String text, String source) {
        JsonNode tree = value(text, source);
        if (tree instanceof ObjectNode mapping) {
            return mapping;
        }
        throw Failure.usage("%s: expected keys and values at the top level, found %s", source, Records.describe(tree));
    }

    /** Parses any value, a scalar, a list or a mapping, as on the right-hand side of {@code --set key=}. */
    public static JsonNode value(String text, String source) {
        // A byte-order mark is legal and invisible, but the parser would read it as part of the first key.
        return new YamlReader(text.startsWith("\uFEFF") ? text.substring(1) : text, source).read();
    }

    /** Prints a tree as YAML that {@link #parse} reads back as the same tree: block mappings, and lists of scalars on one line. */
    public static String print(JsonNode tree) {
        return YamlPrinter.print(tree);
    }
}
