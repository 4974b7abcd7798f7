package dev.mojave.report;

import dev.mojave.base.Plural;
import dev.mojave.report.page.Html;
import dev.mojave.report.page.Page;
import dev.mojave.report.page.Table;
import dev.mojave.report.page.Table.Cell;
import dev.mojave.report.page.Table.Column;
import dev.mojave.report.plot.Numbers;
import dev.mojave.result.RunRecord;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.StudyResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The page of a study, in the order of a reader's questions: what was asked, the answer, how certain it is, what it costs, how to reproduce it. */
final class StudyPage {
    /** A model counts as having learned if its loss is at most this share of the unigram entropy. */
    private static final double LEARNED = 0.75;

    /** A headline with more characters than this is set in a smaller size, so that it fits on the first screen. */
    private static final int LONG_HEADLINE = 150;

    /** With more comparisons than this, the interval plot is easier to read than a wall of numbers. */
    private static final int MOST_CARDS = 4;

    private final Study study;
    private final StudyResult result;
    private final Page page;
    private final Html body;

    private StudyPage(Study study) {
        this.study = study;
        this.result = study.result();
        this.page = new Page(result.name() + " · Mojave study");
        this.body = page.body();
    }

    /** Builds the page. */
    static Page of(Study study) {
        StudyPage made = new StudyPage(study);
        made.header();
        made.answer();
        made.arms();
        made.training();
        made.routing();
        made.cost();
        made.samples();
        made.limits();
        made.reproduce();
        made.terms();
        return made.page;
    }

    private void header() {
        body.open("header")
                .element("p", "Mojave study · " + result.name(), "class", "eyebrow")
                .element("h1", Question.of(study));
        verdict();
        caveats()
                .forEach((text, arms) -> body.element(
                        "p",
                        (arms.size() == 1 ? "Arm " : "Arms ") + String.join(" and ", arms) + ": " + text,
                        "class",
                        "notice"));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Data", result.provenance().dataName());
        facts.put("Training tokens per model", Numbers.count(study.tokens()));
        int seeds = result.provenance().seeds().size();
        facts.put("Seeds", seeds == 1 ? "1 (no intervals)" : String.valueOf(seeds));
        long finished = study.runs().stream().filter(Study::finished).count();
        facts.put("Trials finished", finished + " of " + expectedTrials());
        facts.put("Processor", result.provenance().machine().kindInWords());
        facts.put("Date", result.provenance().startedAt().split("T", 2)[0]);
        Parts.facts(body, facts);
        body.close("header");
        contents();
    }

    /** Writes the short answer in large type, and the full verdict in ordinary type below it. */
    private void verdict() {
        String headline = result.headline();
        String first = headline == null ? result.verdict() : headline;
        body.element("p", first, "class", first.length() > LONG_HEADLINE ? "verdict long" : "verdict");
        if (!first.equals(result.verdict())) {
            body.element("p", result.verdict(), "class", "details");
        }
    }

    /** Returns each caveat with the arms that it applies to. */
    private Map<String, Set<String>> caveats() {
        Map<String, Set<String>> arms = new LinkedHashMap<>();
        for (RunRecord run : study.runs()) {
            run.caveats()
                    .forEach(text -> arms.computeIfAbsent(text, t -> new LinkedHashSet<>())
                            .add(run.arm()));
        }
        return arms;
    }

    private int expectedTrials() {
        return Math.max(
                study.runs().size(),
                result.arms().size() * result.provenance().seeds().size());
    }

    private void contents() {
        Map<String, String> links = new LinkedHashMap<>();
        links.put("answer", "Answer");
        links.put("arms", "Arms");
        links.put("training", "Training");
        if (anyRouting()) {
            links.put("routing", "Routing");
        }
        links.put("cost", "Cost");
        if (anySamples()) {
            links.put("samples", "Samples");
        }
        links.put("limits", "Limits");
        links.put("reproduce", "Reproduce");
        links.put("terms", "Terms");
        body.open("nav", "aria-label", "Contents").open("ul");
        links.forEach((id, text) ->
                body.open("li").inline("a", text, "href", "#" + id).end("li"));
        body.close("ul").close("nav");
    }

    private void answer() {
        page.section("answer", "The answer in numbers");
        if (result.comparisons().isEmpty()) {
            body.element("p", "There is nothing to compare: no two arms have finished trials with the same seed.");
        } else if (result.comparisons().size() <= MOST_CARDS) {
            body.open("ul", "class", "cards");
            result.comparisons().forEach(this::card);
            body.close("ul");
        }
        new StudyFigures(study).differences().ifPresent(figure -> page.figure(figure, comparisons()));
        page.close();
    }

    private void card(Comparison comparison) {
        boolean has = Study.hasInterval(comparison);
        int decimals = has ? Numbers.decimals((Study.high(comparison) - Study.low(comparison)) / 2) : 4;
        body.open("li").open("p", "class", "label");
        Table.swatch(body, study.slot(comparison.a()));
        body.text(Study.label(comparison.a(), comparison.b()) + study.matched(comparison.a()))
                .close("p");
        body.open("p", "class", "figure")
                .inline("strong", Numbers.signed(comparison.difference(), decimals))
                .inline("span", " nats per token")
                .close("p");
        String interval = has
                ? Numbers.percent(comparison.level()) + " interval " + Numbers.signed(Study.low(comparison), decimals)
                        + " to " + Numbers.signed(Study.high(comparison), decimals) + ", "
                        + Plural.of(comparison.n(), "seed")
                : "one seed, no interval";
        body.element("p", interval, "class", "quiet");
        body.element("p", has ? Study.reading(comparison) : "nothing is shown", "class", "reading");
        TurningPoint.of(result.gapOverTraining(), comparison)
                .ifPresent(turn -> body.element("p", turn.words(), "class", "quiet"));
        body.close("li");
    }

    private Table comparisons() {
        List<Column> columns = List.of(
                Column.text("Comparison"),
                Column.number("Difference", "nats per token"),
                Column.number("Interval", "nats per token"),
                Column.number("Seeds", "pairs"),
                Column.number("Detectable", "nats per token, 80% power"),
                Column.text("Reading"));
        List<List<Cell>> rows = new ArrayList<>();
        for (Comparison c : result.comparisons()) {
            boolean has = Study.hasInterval(c);
            int decimals = has ? Numbers.decimals((Study.high(c) - Study.low(c)) / 2) : 4;
            rows.add(List.of(
                    Cell.arm(Study.label(c.a(), c.b()), c.method(), study.slot(c.a())),
                    Cell.of(Numbers.signed(c.difference(), decimals)).strong(true),
                    has
                            ? Cell.of(Numbers.signed(Study.low(c), decimals) + " to "
                                    + Numbers.signed(Study.high(c), decimals))
                            : Cell.of(Numbers.NONE),
                    Cell.of(String.valueOf(c.n())),
                    Cell.of(has ? Numbers.fixed(Numbers.orNaN(c.detectableDifference()), decimals) : Numbers.NONE),
                    Cell.of(Study.reading(c))));
        }
        return new Table("Differences in validation loss at the end of training", columns, rows);
    }

    private void arms() {
        page.section("arms", "The arms");
        body.element("p", learned());
        ArmTables tables = new ArmTables(study);
        tables.reached().write(body);
        tables.cost().write(body);
        tables.matches().ifPresent(table -> table.write(body));
        if (result.tuning() != null && !result.tuning().isEmpty()) {
            TuningTable.of(result.tuning()).write(body);
        }
        page.close();
    }

    /** Returns whether the models have learned at all: if they have not, no comparison means anything. */
    private String learned() {
        double unigram = result.unigramEntropy();
        double worst = result.arms().stream()
                .mapToDouble(arm -> arm.valLoss().mean())
                .filter(Double::isFinite)
                .max()
                .orElse(Double.NaN);
        if (!(unigram > 0) || !Double.isFinite(worst)) {
            return "It is not known whether the models have learned: the unigram entropy or the validation loss is missing.";
        }
        String unigramText = Numbers.fixed(unigram, 2) + " nats, the loss of the best model that ignores all context";
        String share = Numbers.percent(worst / unigram) + " of the unigram entropy (" + unigramText + ")";
        if (worst <= LEARNED * unigram) {
            return "The models have learned: the worst arm's loss is " + share + ".";
        }
        return "Some models have hardly learned: the worst arm's loss is " + share
                + "; only 75% or less counts as learned. Compare with care.";
    }

    private void training() {
        StudyFigures figures = new StudyFigures(study);
        page.section("training", "Over training");
        figures.losses().ifPresent(page::figure);
        figures.gap().ifPresent(page::figure);
        turns();
        page.close();
    }

    private void turns() {
        List<Comparison> compared = result.comparisons();
        if (result.gapOverTraining().isEmpty() || compared.isEmpty()) {
            return;
        }
        body.open("ul");
        for (Comparison comparison : compared) {
            TurningPoint.of(result.gapOverTraining(), comparison)
                    .ifPresent(turn -> body.element(
                            "li",
                            Study.label(comparison.a(), comparison.b()) + study.matched(comparison.a()) + ": "
                                    + turn.words() + "."));
        }
        body.close("ul");
    }

    private void routing() {
        if (!anyRouting()) {
            return;
        }
        page.section("routing", "Routing");
        Parts.mixtures(body, study.runs());
        for (ArmResult arm : result.arms()) {
            RoutingFigures routing =
                    new RoutingFigures(arm.name(), String.valueOf(study.slot(arm.name())), study.shown(arm.name()));
            if (!routing.isEmpty()) {
                Parts.routing(page, routing);
                study.shown(arm.name()).stream().findFirst().ifPresent(this::experts);
            }
        }
        page.close();
    }

    /** Writes what the experts of an arm's first seed do; the runs of the other seeds have reports of their own. */
    private void experts(RunRecord run) {
        ExpertFigures experts =
                new ExpertFigures(run, "-" + study.slot(run.arm()), ": " + run.arm() + ", seed " + run.seed());
        body.open("div", "class", "pair");
        experts.auxiliary().ifPresent(page::figure);
        experts.categories().ifPresent(page::figure);
        body.close("div");
        experts.liked().ifPresent(table -> {
            body.open("details").element("summary", "Tokens that the experts of " + run.arm() + " prefer");
            table.write(body);
            body.close("details");
        });
    }

    private boolean anyRouting() {
        return result.arms().stream()
                .anyMatch(arm -> !new RoutingFigures(arm.name(), "", study.shown(arm.name())).isEmpty());
    }

    private void cost() {
        page.section("cost", "Loss against cost");
        new StudyFigures(study).costs().ifPresent(page::figure);
        page.close();
    }

    private boolean anySamples() {
        return result.arms().stream().anyMatch(arm -> !arm.samples().isEmpty());
    }

    private void samples() {
        if (!anySamples()) {
            return;
        }
        page.section("samples", "Samples");
        body.element(
                "p",
                "Unedited continuations, one per seed. They show what a loss looks like in text; they do not rank the arms.");
        List<Long> seeds = result.provenance().seeds();
        for (ArmResult arm : result.arms()) {
            List<String> labels = arm.samples().size() == seeds.size()
                    ? seeds.stream().map(seed -> "Seed " + seed).toList()
                    : List.of();
            if (!arm.samples().isEmpty()) {
                Parts.samples(body, arm.name(), study.slot(arm.name()), labels, arm.samples());
            }
        }
        page.close();
    }

    private void limits() {
        page.section("limits", "Notes and limits");
        body.open("ul");
        result.notes().forEach(note -> body.element("li", note));
        body.element(
                "li",
                "The intervals cover only the variation between seeds, not other data, sizes, learning rates or budgets.");
        if (study.tokens() > 0) {
            body.element(
                    "li",
                    "Each model saw " + Numbers.count(study.tokens())
                            + " training tokens. A short run cannot show which arm wins in a long one: while the gap over"
                            + " training has not levelled off, the order can still change.");
        }
        body.close("ul");
        body.open("details");
        long open = study.runs().stream().filter(run -> !Study.finished(run)).count()
                + Math.max(0, expectedTrials() - study.runs().size());
        body.element("summary", open == 0 ? "All trials" : "All trials (" + open + " not finished)");
        Parts.trials(study).write(body);
        body.close("details");
        page.close();
    }

    private void reproduce() {
        page.section("reproduce", "How to reproduce this");
        Parts.reproduce(body, result.provenance());
        for (ArmResult arm : result.arms()) {
            study.runs().stream()
                    .filter(run -> run.arm().equals(arm.name()))
                    .findFirst()
                    .map(RunRecord::recipe)
                    .ifPresent(recipe -> Parts.verbatim(body, "Resolved recipe of " + arm.name(), recipe));
        }
        page.close();
    }

    private void terms() {
        page.section("terms", "Terms");
        body.trusted(Page.resource("terms.html"));
        page.close();
    }
}
