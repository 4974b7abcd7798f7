package dev.mojave.run.folder;

import dev.mojave.base.tree.Records;
import dev.mojave.data.DataSpec;
import dev.mojave.data.tokenizer.Tokenizers;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** The data section of a run's recipe as it holds wherever the folder lies: a tokenizer that is a file is the folder's own. */
final class RunData {
    private RunData() {}

    /** Returns the section of the run's own data. */
    static DataSpec in(RunFolder run) {
        DataSpec data = run.recipe().data();
        return Tokenizers.NAMES.contains(data.tokenizer()) ? data : withOwnTokenizer(Records.tree(data), run);
    }

    /** Returns the section of another source, which is read as the run read its own. */
    static DataSpec in(RunFolder run, String source) {
        ObjectNode data = Records.tree(run.recipe().data());
        // What is held out of it by default depends on the source.
        data.remove(List.of("validation", "test"));
        return withOwnTokenizer(data.put("source", source), run);
    }

    private static DataSpec withOwnTokenizer(ObjectNode data, RunFolder run) {
        data.put("tokenizer", run.path().resolve(RunFolder.TOKENIZER).toString());
        return Records.read(
                data, DataSpec.class, run.path().resolve(RunFolder.RECIPE).toString(), "data");
    }
}
