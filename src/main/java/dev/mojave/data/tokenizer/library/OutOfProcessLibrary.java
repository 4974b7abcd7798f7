package dev.mojave.data.tokenizer.library;

import dev.mojave.base.Failure;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Hugging Face's library in a process of its own, for tokenizers with parts that nobody has looked at: over a pattern that goes back too
 * often it ends its process, and others keep it busy for ever. Both cost that process alone; here they are a {@link Failure}.
 */
public final class OutOfProcessLibrary implements TokenLibrary {
    private final String json;
    private final JsonNode root;
    private final String place;

    /** Starts the process and lets it read the file; {@code place} names it in messages. */
    public OutOfProcessLibrary(String json, JsonNode root, String place) {
        this.json = json;
        this.root = root;
        this.place = place;
        call("was read", "", LibraryServer.PING, out -> {}, in -> 0);
    }

    @Override
    public Tokens encode(String text) {
        return call("encoded", text, LibraryServer.ENCODE, out -> LibraryServer.write(out, text), in -> {
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
        return call("decoded", "", LibraryServer.DECODE, out -> writeIds(out, ids), LibraryServer::read);
    }

    private static void writeIds(DataOutputStream out, int... ids) throws IOException {
        out.writeInt(ids.length);
        for (int id : ids) {
            out.writeInt(id);
        }
    }

    private <T> T call(
            String done, String text, int command, LibraryProcess.Request request, LibraryProcess.Reply<T> reply) {
        try {
            return LibraryProcess.call(json, command, text.length(), request, reply);
        } catch (LibraryProcess.Refused e) {
            throw Failure.data("%s cannot be used as a tokenizer: %s", place, String.valueOf(e.getMessage()))
                    .because(e);
        } catch (LibraryProcess.Ended e) {
            String what =
                    text.isEmpty() ? "it " + done : "it " + done + " a text that begins with '" + beginning(text) + "'";
            throw Failure.data(
                            "%s cannot be used as a tokenizer: Hugging Face's library %s when %s; %s",
                            place, String.valueOf(e.getMessage()), what, suspicion())
                    .because(e);
        } catch (IOException e) {
            throw Failure.environment(
                            "the process for the tokenizer library cannot be started (%s); %s has parts that are not run in this one",
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
            return "the text is too long for it to go over in one piece, or has too long a run of spaces: cut it into documents";
        }
        List<String> patterns = new ArrayList<>();
        KnownParts.foreignPatterns(root, patterns);
        return patterns.isEmpty()
                ? "its normalizer, pre_tokenizer, model or decoder is not one that the library survives"
                : "rewrite the pattern " + String.join(" or ", patterns)
                        + " without a repetition inside a repetition such as (x+)+";
    }

    @Override
    public void close() {
        // The process forgets tokenizers that have not been used for long.
    }
}
