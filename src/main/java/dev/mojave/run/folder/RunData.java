package dev.mojave.run.folder;

import dev.mojave.base.tree.Records;
import dev.mojave.data.DataSpec;
import dev.mojave.data.tokenizer.Tokenizers;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Resolves the data section of a run's recipe independently of where the folder is: a tokenizer that is a file is read from the
 * folder.
 */
final class RunData {
    private RunData() {}

    /** Returns the data section for the run's own data. */
    static DataSpec in(RunFolder run) {
        DataSpec data = run.recipe().data();
        return Tokenizers.NAMES.contains(data.tokenizer()) ? data : withOwnTokenizer(Records.tree(data), run);
    }

    /** Returns the data section for another source, which is to be read as the run read its own. */
    static DataSpec in(RunFolder run, String source) {
        ObjectNode data = Records.tree(run.recipe().data());
        // The default held-out splits depend on the source.
        data.remove(List.of("validation", "test"));
        return withOwnTokenizer(data.put("source", source), run);
    }

    private static DataSpec withOwnTokenizer(ObjectNode data, RunFolder run) {
        data.put("tokenizer", run.path().resolve(RunFolder.TOKENIZER).toString());
        return Records.read(
                data, DataSpec.class, run.path().resolve(RunFolder.RECIPE).toString(), "data");
    }
}
