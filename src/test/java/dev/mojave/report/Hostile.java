package dev.mojave.report;

import dev.mojave.result.RunRecord;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.StudyResult;
import java.util.List;

/** A study whose every text tries to break out of the page. */
final class Hostile {
    static final String SCRIPT = "</script><script>window.pwned=1</script>";
    static final String COMMENT = "<!--<script>window.pwned=2";
    static final String IMAGE = "<img src=x onerror=\"window.pwned=3\">";
    static final String TEMPLATE = "{{data}}{{script}}$1\\";
    static final String CONTROLS = "\u0000\u0007\ud800 \u2028 \u202e'quotes\" & more";
    private static final String A = "a " + IMAGE + SCRIPT;
    private static final String B = "b " + COMMENT + TEMPLATE;

    private Hostile() {}

    static StudyResult study() {
        List<Fakes.Arm> arms = arms();
        StudyResult plain = Fakes.study("study " + SCRIPT + IMAGE, arms, B, 2);
        List<ArmResult> results = plain.arms().stream()
                .map(arm -> new ArmResult(
                        arm.name(),
                        COMMENT,
                        arm.parametersTotal(),
                        arm.parametersActive(),
                        arm.parametersWithoutEmbeddings(),
                        arm.activeWithoutEmbeddings(),
                        arm.match(),
                        arm.flopsPerToken(),
                        arm.valLoss(),
                        arm.bestValLoss(),
                        arm.tokensPerSecond(),
                        arm.generateTokensPerSecond(),
                        arm.wallSeconds(),
                        arm.peakMemoryBytes(),
                        List.of(SCRIPT, IMAGE + CONTROLS)))
                .toList();
        return new StudyResult(
                plain.name(),
                results,
                plain.comparisons(),
                plain.gapOverTraining(),
                plain.unigramEntropy(),
                plain.bytesPerToken(),
                "headline " + SCRIPT + IMAGE + CONTROLS,
                "verdict " + SCRIPT + IMAGE + CONTROLS,
                List.of(COMMENT, TEMPLATE, IMAGE),
                List.of(),
                plain.provenance(),
                1);
    }

    static List<RunRecord> runs(StudyResult study) {
        return Fakes.runs(study, arms()).stream()
                .map(run -> new RunRecord(
                        run.name(),
                        run.arm(),
                        run.seed(),
                        IMAGE,
                        "failed" + SCRIPT,
                        run.parametersTotal(),
                        run.parametersActive(),
                        run.flopsPerToken(),
                        run.series(),
                        run.routing(),
                        List.of(SCRIPT),
                        "name: " + SCRIPT + "\n# " + COMMENT,
                        run.provenance()))
                .toList();
    }

    private static List<Fakes.Arm> arms() {
        return List.of(
                new Fakes.Arm(A, 1.6, 1, false, 1_000_000, 1_000_000, 6_000_000, 80),
                new Fakes.Arm(B, 1.5, 1, true, 2_000_000, 1_000_000, 6_000_000, 80));
    }
}
