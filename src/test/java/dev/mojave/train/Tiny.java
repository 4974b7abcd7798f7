package dev.mojave.train;

import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.Coefficient;
import dev.mojave.nn.Context;
import dev.mojave.optim.AdamW;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensors;
import dev.mojave.train.learn.Learner;
import dev.mojave.train.learn.Losses;
import java.util.List;
import java.util.SplittableRandom;

/** Small models for tests, and batches for them. */
final class Tiny {
    static final int VOCABULARY = 17;
    static final int CONTEXT = 8;

    private static final String SIZES =
            "{vocab_size: 17, hidden_size: 16, num_attention_heads: 2, max_position_embeddings: 8}";

    private Tiny() {}

    /** Returns a learner with AdamW and a constant learning rate. */
    static Learner learner(
            LanguageModel model, Context context, int microBatch, double rate, double decay, double clip) {
        return new Learner(
                model,
                context,
                new Learner.Spec(
                        new AdamW.Spec(List.of(0.9, 0.95), 1e-8, decay),
                        new Coefficient.Constant(rate),
                        clip,
                        microBatch,
                        1,
                        0),
                Group.ALONE);
    }

    /** Adds the gradients of rows to the parameters, as in a learner's first step. */
    static Losses gradient(LanguageModel model, Context context, int microBatch, Rows rows, boolean observe) {
        try (Learner learner = learner(model, context, microBatch, 0, 0, 0)) {
            return learner.gradient(rows, observe);
        }
    }

    static ModelSpec dense(double dropout) {
        return dev.mojave.model.Tiny.spec("gpt2", SIZES, "intermediate_size: 32", "dropout: " + dropout);
    }

    static ModelSpec sparse() {
        return sparse(new MoeSpec(
                4,
                2,
                true,
                new TopKRouter.Spec(),
                Coefficients.NONE
                        .with(BalanceLoss.SWITCH_BALANCE, 0.01)
                        .with(BalanceLoss.MIXTRAL_BALANCE, 0.01)
                        .with(BalanceLoss.ROUTER_Z, 0.001)));
    }

    static ModelSpec sparse(MoeSpec moe) {
        return dev.mojave.model.Tiny.spec(
                        "llama", SIZES, "{num_key_value_heads: 1, intermediate_size: 24, norm_eps: 1.0e-6}")
                .withMixture(moe);
    }

    /** Returns a model whose routers have clear preferences. */
    static LanguageModel randomised(ModelSpec spec) {
        LanguageModel model = LanguageModel.build(spec, 1);
        Rng rng = Rng.seeded(2);
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            model.parameters()
                    .forEach(p -> p.value()
                            .addInPlace(Tensors.normal(rng, 0, 0.3, p.value().shape()), 1));
        }
        return model;
    }

    /** Returns ids in which each token determines the next one, so that there is something to learn. */
    static int[] ids(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] ids = new int[rows * (CONTEXT + 1)];
        for (int row = 0; row < rows; row++) {
            int id = random.nextInt(VOCABULARY);
            for (int i = 0; i <= CONTEXT; i++) {
                ids[row * (CONTEXT + 1) + i] = id;
                id = (3 * id + 1) % VOCABULARY;
            }
        }
        return ids;
    }

    static int[] inputs(int[] ids) {
        return shifted(ids, 0);
    }

    static int[] targets(int[] ids) {
        return shifted(ids, 1);
    }

    private static int[] shifted(int[] ids, int by) {
        int rows = ids.length / (CONTEXT + 1);
        int[] out = new int[rows * CONTEXT];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(ids, row * (CONTEXT + 1) + by, out, row * CONTEXT, CONTEXT);
        }
        return out;
    }
}
