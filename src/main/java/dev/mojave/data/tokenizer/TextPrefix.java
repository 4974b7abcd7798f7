package dev.mojave.data.tokenizer;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The ids that the post-processor of a {@code tokenizer.json} puts before a text. */
public final class TextPrefix {
    private TextPrefix() {}

    /**
     * Returns the ids that a text begins with, such as that of {@code <s>}; empty for Mojave's own tokenizers and for files without a
     * template. Ids that a template puts after a text are ignored, because a text that is to be continued has not ended.
     *
     * @throws Failure of kind DATA if the template names a token that the tokenizer does not have
     */
    public static List<Integer> begin(Tokenizer tokenizer) {
        return switch (tokenizer) {
            case CharTokenizer _ -> List.of();
            case ByteTokenizer _ -> List.of();
            case LimitedTokenizer limited -> begin(limited.kept());
            case BytePairTokenizer _ ->
                tokenizer.kind().equals(BytePairTokenizer.GPT2) ? List.of() : checked(of(tokenizer), tokenizer);
            case TokenizerFile _ -> checked(of(tokenizer), tokenizer);
        };
    }

    private static List<Integer> of(Tokenizer tokenizer) {
        return of(Json.tree(tokenizer.toJson()).path("post_processor"));
    }

    private static List<Integer> of(JsonNode processor) {
        return switch (processor.path("type").asString("")) {
            case "TemplateProcessing" -> template(processor);
            case "BertProcessing", "RobertaProcessing" ->
                List.of(processor.path("cls").path(1).asInt(-1));
            case "Sequence" -> {
                // Each processor puts its tokens around the output of the one before.
                List<Integer> begin = new ArrayList<>();
                processor.path("processors").forEach(step -> begin.addAll(0, of(step)));
                yield begin;
            }
            default -> List.of();
        };
    }

    private static List<Integer> template(JsonNode processor) {
        List<Integer> begin = new ArrayList<>();
        for (JsonNode piece : processor.path("single")) {
            if (piece.has("Sequence")) {
                return begin;
            }
            String name = piece.path("SpecialToken").path("id").asString("");
            for (JsonNode id : processor.path("special_tokens").path(name).path("ids")) {
                begin.add(id.asInt(-1));
            }
        }
        return List.of();
    }

    private static List<Integer> checked(List<Integer> begin, Tokenizer tokenizer) {
        for (int id : begin) {
            if (id < 0 || id >= tokenizer.vocabSize()) {
                throw Failure.data(
                        "tokenizer.json: the template of post_processor begins texts with the token %d, but the ids are 0 to %d",
                        id, tokenizer.vocabSize() - 1);
            }
        }
        return begin;
    }
}
