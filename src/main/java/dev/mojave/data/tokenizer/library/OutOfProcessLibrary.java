package dev.mojave.data.tokenizer.library;

import dev.mojave.base.Failure;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Hugging Face's library in a separate process, for tokenizers with parts that are not known to be safe: the library aborts its process
 * over a pattern that backtracks too often, and other patterns keep it busy forever. Either affects only the separate process and is
 * reported as a {@link Failure}.
 */
public final class OutOfProcessLibrary implements TokenLibrary {
    private final String json;
    private final JsonNode root;
    private final String place;

    /** Starts the process if necessary and has it load the file; {@code place} is the name of the file in messages. */
    public OutOfProcessLibrary(String json, JsonNode root, String place) {
        this.json = json;
        this.root = root;
        this.place = place;
        call("reading it", "", LibraryServer.PING, out -> {}, in -> 0);
    }

    @Override
    public Tokens encode(String text) {
        return call("encoding", text, LibraryServer.ENCODE, out -> LibraryServer.write(out, text), in -> {
            int count = in.readInt();
            long[] ids = new long[count];
            int[] ends = new int[count];
            for (int i = 0; i < count; i++) {
                ids[i] = in.readLong();
                ends[i] = in.readInt();
            }
            return new Tokens(ids, ends);
        });
    }

    @Override
    public String decode(int... ids) {
        return call("decoding", "", LibraryServer.DECODE, out -> writeIds(out, ids), LibraryServer::read);
    }

    private static void writeIds(DataOutputStream out, int... ids) throws IOException {
        out.writeInt(ids.length);
        for (int id : ids) {
            out.writeInt(id);
        }
    }

    private <T> T call(
            String doing, String text, int command, LibraryProcess.Request request, LibraryProcess.Reply<T> reply) {
        try {
            return LibraryProcess.call(json, command, text.length(), request, reply);
        } catch (LibraryProcess.Refused e) {
            throw Failure.data("%s cannot be used as a tokenizer: %s", place, String.valueOf(e.getMessage()))
                    .because(e);
        } catch (LibraryProcess.Ended e) {
            String what = text.isEmpty() ? doing : doing + " a text that begins with '" + beginning(text) + "'";
            throw Failure.data(
                            "%s cannot be used as a tokenizer: Hugging Face's library %s while %s; %s",
                            place, String.valueOf(e.getMessage()), what, suspicion())
                    .because(e);
        } catch (IOException e) {
            throw Failure.environment(
                            "the process for the tokenizer library cannot be started (%s), and %s has parts that are"
                                    + " not known to be safe in this one",
                            String.valueOf(e.getMessage()), place)
                    .because(e);
        }
    }

    private static String beginning(String text) {
        return text.codePointCount(0, text.length()) <= 40
                ? text
                : text.substring(0, text.offsetByCodePoints(0, 40)) + "...";
    }

    private String suspicion() {
        if (KnownParts.all(root)) {
            return "the text, or a run of spaces in it, is too long to be encoded in one piece: split it into documents";
        }
        List<String> patterns = new ArrayList<>();
        KnownParts.foreignPatterns(root, patterns);
        return patterns.isEmpty()
                ? "its normalizer, pre_tokenizer, model or decoder has a part that crashes the library"
                : "rewrite the pattern " + String.join(" or ", patterns)
                        + " without a repetition inside a repetition such as (x+)+";
    }

    @Override
    public void close() {
        // The process itself closes the least recently used tokenizers.
    }
}
