package dev.mojave.report;

import dev.mojave.result.ExpertProfile;
import dev.mojave.result.ExpertProfiles;
import dev.mojave.result.MetricSeries;
import dev.mojave.result.Provenance;
import dev.mojave.result.RoutingTrace;
import dev.mojave.result.RunRecord;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.GapPoint;
import dev.mojave.result.study.StudyResult;
import dev.mojave.result.study.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** Invented records that look like real ones: curves that fall, seeds that scatter, routers that settle. */
final class Fakes {
    static final double UNIGRAM = 3.18;
    private static final long TOKENS_PER_STEP = 2048;
    private static final int STEPS = 2000;
    private static final int EVAL_EVERY = 100;
    private static final int LAYERS = 4;
    private static final String SAMPLE = """
            the state of being a member of a group of people who are related by blood or marriage
            a small plant of the family having showy flowers and a fleshy root used as food
            to make a sound like that of a bell, "it rang in the evening"
            """;

    private Fakes() {}

    /** How an arm of the fake study behaves. */
    record Arm(
            String name, double end, double speed, boolean sparse, long total, long active, long flops, double wall) {}

    static final Arm DENSE_ACTIVE = new Arm("dense-active", 1.655, 0.95, false, 1_063_424, 1_063_424, 5_900_000, 81);
    static final Arm MOE = new Arm("moe", 1.579, 1.0, true, 1_852_928, 1_064_448, 5_950_000, 128);
    static final Arm DENSE_TOTAL = new Arm("dense-total", 1.561, 1.1, false, 1_850_112, 1_850_112, 10_400_000, 117);

    /** More arms than colours, with names that are too long. */
    static List<Arm> manyArms() {
        List<Arm> arms = new ArrayList<>();
        for (long i = 0; i < 10; i++) {
            String name = i == 0 ? "dense" : "moe with " + (2 << (i % 4)) + " experts, coefficient 0.0" + i;
            arms.add(new Arm(
                    name,
                    1.66 - 0.015 * i,
                    1 + 0.02 * i,
                    i != 0,
                    1_000_000 + 700_000 * i,
                    1_000_000 + 100_000 * i,
                    6_000_000 + 400_000 * i,
                    80.0 + 12 * i));
        }
        return arms;
    }

    /** The main study: a mixture against dense models of equal active and equal total size. */
    static StudyResult study(int seeds) {
        return study("quickstart", List.of(DENSE_ACTIVE, MOE, DENSE_TOTAL), "moe", seeds);
    }

    static StudyResult study(String name, List<Arm> arms, String reference, int seeds) {
        List<Comparison> comparisons = new ArrayList<>();
        List<GapPoint> gaps = new ArrayList<>();
        double referenceEnd = find(arms, reference).end();
        for (Arm arm : arms) {
            if (!arm.name().equals(reference)) {
                boolean one = seeds == 1;
                double difference = arm.end() - referenceEnd;
                comparisons.add(new Comparison(
                        arm.name(),
                        reference,
                        "val_loss",
                        difference,
                        one ? null : difference - 0.0062,
                        one ? null : difference + 0.0062,
                        0.95,
                        "paired t over seeds",
                        seeds,
                        one ? null : 0.0089));
                gaps.addAll(gaps(arm, find(arms, reference), seeds));
            }
        }
        return new StudyResult(
                name,
                arms.stream().map(arm -> result(arm, reference, seeds)).toList(),
                comparisons,
                gaps,
                UNIGRAM,
                1.0,
                seeds == 1
                        ? "One seed cannot distinguish the mixture from the dense model of equal active size."
                        : "The mixture beats the dense model of equal active size by 0.076 nats per token (95% CI 0.070 to 0.082, "
                                + seeds + " seeds).",
                seeds == 1
                        ? "One seed: no difference can be shown; run more seeds."
                        : "MoE beats the dense model of equal active size by 0.0760 nats per token (95% CI [0.0698, 0.0822], n=3); the"
                                + " dense model of equal total size wins here, by 0.0180 nats per token (95% CI [0.0118,"
                                + " 0.0242], n=3), a gap that was narrowing; a longer run may differ.",
                List.of(
                        "Nothing was tuned for any arm: all use one learning rate, schedule and batch size.",
                        "The dense arms differ from the mixture in intermediate_size only."),
                List.of(),
                provenance(LongStream.range(0, seeds).map(s -> 1337 + s).boxed().toList()),
                1);
    }

    private static Arm find(List<Arm> arms, String name) {
        return arms.stream().filter(arm -> arm.name().equals(name)).findFirst().orElseThrow();
    }

    private static ArmResult result(Arm arm, String reference, int seeds) {
        List<Double> values = LongStream.range(0, seeds)
                .mapToObj(s -> arm.end() + 0.0021 * (s - (seeds - 1) / 2.0))
                .toList();
        Summary loss = new Summary(arm.end(), seeds == 1 ? 0 : 0.0021, values);
        boolean matched = !arm.name().equals(reference);
        return new ArmResult(
                arm.name(),
                arm.sparse() ? "gpt2 4x128, 4 experts, top-2" : "gpt2 4x128, dense",
                arm.total(),
                arm.active(),
                arm.total() - 90_000,
                arm.active() - 90_000,
                matched
                        ? new ArmResult.Match(
                                arm.name().endsWith("total") ? "total" : "active",
                                reference,
                                974_448,
                                973_424,
                                "intermediate_size",
                                1022)
                        : null,
                arm.flops(),
                loss,
                loss,
                4_096_000 / arm.wall(),
                900 - arm.wall(),
                arm.wall(),
                780_000_000L + (long) (arm.wall() * 1e6),
                values.stream().map(v -> SAMPLE).toList());
    }

    private static List<GapPoint> gaps(Arm a, Arm b, int seeds) {
        List<GapPoint> gaps = new ArrayList<>();
        Random random = new Random(7);
        for (int step = EVAL_EVERY; step <= STEPS; step += EVAL_EVERY) {
            double difference = curve(a, step) - curve(b, step) + 0.002 * random.nextGaussian();
            double half = 0.006 + 0.5 * Math.exp(-step / 150.0);
            gaps.add(new GapPoint(
                    a.name(),
                    b.name(),
                    step * TOKENS_PER_STEP,
                    difference,
                    seeds == 1 ? null : difference - half,
                    seeds == 1 ? null : difference + half));
        }
        return gaps;
    }

    private static double curve(Arm arm, double step) {
        return arm.end() + 2.9 * Math.exp(-step * arm.speed() / 180) + 0.42 * Math.exp(-step * arm.speed() / 700);
    }

    /** One run for each arm and seed. */
    static List<RunRecord> runs(StudyResult study, List<Arm> arms) {
        List<RunRecord> runs = new ArrayList<>();
        for (Arm arm : arms) {
            for (long seed : study.provenance().seeds()) {
                runs.add(run(arm, seed, "finished"));
            }
        }
        return runs;
    }

    static List<RunRecord> runs(StudyResult study) {
        return runs(study, List.of(DENSE_ACTIVE, MOE, DENSE_TOTAL));
    }

    static RunRecord run(Arm arm, long seed, String state) {
        Random random = new Random(seed * 31 + arm.name().hashCode());
        double shift = 0.004 * random.nextGaussian();
        List<MetricSeries> series = new ArrayList<>();
        series.add(series(
                "val/loss",
                EVAL_EVERY,
                step -> curve(arm, step) + shift + 0.03 * Math.exp(-step / 200.0) * random.nextGaussian()));
        series.add(series("train/loss", 5, step -> curve(arm, step) - 0.02 + 0.06 * random.nextGaussian()));
        series.add(series(
                "train/learning_rate",
                5,
                step -> step < 100 ? 1e-5 * step : 1e-4 + 4.5e-4 * (1 + Math.cos(Math.PI * step / STEPS))));
        series.add(series(
                "train/grad_norm",
                5,
                step -> 0.5 + 2 * Math.exp(-step / 150.0) + 0.1 * Math.abs(random.nextGaussian())));
        series.add(series("train/tokens_per_second", 5, step -> 4_096_000 / arm.wall() + 900 * random.nextGaussian()));
        return new RunRecord(
                arm.name() + "/seed-" + seed,
                arm.name(),
                seed,
                arm.sparse() ? "gpt2 4x128, 4 experts, top-2" : "gpt2 4x128, dense",
                state,
                arm.total(),
                arm.active(),
                arm.flops(),
                series,
                arm.sparse() ? routing(random, 4) : List.of(),
                List.of(SAMPLE),
                "name: quickstart\nmodel:\n  preset: gpt2\n  hidden_size: 128\ntrain:\n  steps: 2000\n  seed: " + seed
                        + "\n",
                provenance(List.of(seed)));
    }

    /** A sparse run with all the metrics of routers and experts. */
    static RunRecord expertRun() {
        RunRecord run = run(MOE, 1, "finished");
        List<MetricSeries> series = new ArrayList<>(run.series());
        for (int layer = 0; layer < LAYERS; layer++) {
            series.add(series("moe/" + layer + "/load_entropy", 20, step -> 0.98));
            series.add(series("moe/" + layer + "/max_violation", 20, step -> 0.2 + step / 1e5));
            series.add(series("moe/" + layer + "/drop_rate", 20, step -> 0));
        }
        series.add(series("loss/switch_balance", 20, step -> 1 + 1 / (1 + step)));
        series.add(series("loss/router_z", 20, step -> 2));
        List<RoutingTrace> routing = run.routing().stream()
                .map(trace -> new RoutingTrace(
                        trace.layer(),
                        trace.steps(),
                        trace.load(),
                        trace.loadEntropy(),
                        trace.maxViolation(),
                        trace.routingEntropy(),
                        trace.deadExperts(),
                        trace.dropRate(),
                        trace.load(),
                        trace.steps().stream().map(step -> List.of(0.6, 0.3)).toList()))
                .toList();
        ExpertProfile profile = new ExpertProfile(
                0,
                List.of(0.5, 0.5),
                List.of(List.of(new ExpertProfile.LikedToken("\n", 0.9, 90)), List.of()),
                List.of("noun", "verb"),
                List.of(List.of(0.4, 0.1), List.of(0.1, 0.4)),
                0.25,
                0.3);
        return new RunRecord(
                run.name(),
                run.arm(),
                run.seed(),
                run.description(),
                run.state(),
                run.parametersTotal(),
                run.parametersActive(),
                run.flopsPerToken(),
                series,
                routing,
                run.samples(),
                run.recipe(),
                run.provenance(),
                List.of("Router expert_choice is not causal: its losses are too good."),
                new ExpertProfiles(1000, List.of(profile)),
                List.of("shrink", "1", "2", "grow"));
    }

    private static MetricSeries series(String metric, int every, java.util.function.DoubleUnaryOperator value) {
        List<Long> steps = LongStream.rangeClosed(0, STEPS / every)
                .map(i -> i * every)
                .boxed()
                .toList();
        return new MetricSeries(
                metric,
                steps,
                steps.stream().map(step -> step * TOKENS_PER_STEP).toList(),
                steps.stream().map(step -> value.applyAsDouble(step)).toList());
    }

    private static List<RoutingTrace> routing(Random random, int experts) {
        List<RoutingTrace> traces = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            double[] lean = random.doubles(experts, -1, 1).toArray();
            List<Long> steps = new ArrayList<>();
            List<List<Double>> loads = new ArrayList<>();
            List<Double> entropy = new ArrayList<>();
            List<Double> violation = new ArrayList<>();
            for (int step = 0; step <= STEPS; step += 20) {
                double strength = 0.15 + 0.5 * Math.exp(-step / 300.0);
                double[] raw = new double[experts];
                for (int e = 0; e < experts; e++) {
                    raw[e] = Math.exp(strength * lean[e] + 0.03 * random.nextGaussian());
                }
                double sum = DoubleStream.of(raw).sum();
                List<Double> load =
                        DoubleStream.of(raw).map(v -> v / sum).boxed().toList();
                steps.add((long) step);
                loads.add(load);
                entropy.add(-load.stream().mapToDouble(p -> p * Math.log(p)).sum() / Math.log(experts));
                violation.add(load.stream().mapToDouble(p -> p * experts).max().orElse(0) - 1);
            }
            traces.add(new RoutingTrace(
                    layer,
                    steps,
                    loads,
                    entropy,
                    violation,
                    steps.stream().map(s -> 1.1 - s / 5000.0).toList(),
                    steps.stream().map(s -> 0).toList(),
                    steps.stream().map(s -> 0.0).toList()));
        }
        return traces;
    }

    static Provenance provenance(List<Long> seeds) {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("java", "25.0.1");
        versions.put("libtorch", "2.10.0");
        versions.put("mkl", "2025.3");
        Map<String, String> engine = new LinkedHashMap<>();
        engine.put("device", "cpu");
        engine.put("precision", "fp32");
        engine.put("blas", "mkl");
        engine.put("threads", "2");
        engine.put("kernels", "fused");
        return new Provenance(
                "0.1.0",
                "3f1c9a7e5b2d4c6f8a0b1c2d3e4f5a6b7c8d9e0f",
                "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de",
                "wordnet-definitions",
                "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                seeds,
                new Provenance.Machine("Intel Xeon Platinum 8481C", 2, 8_000_000_000L, "Linux amd64", null),
                versions,
                engine,
                "./mojave quickstart",
                "2026-11-23T02:00:00Z",
                null);
    }
}
