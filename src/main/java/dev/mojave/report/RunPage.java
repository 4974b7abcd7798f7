package dev.mojave.report;

import dev.mojave.report.page.Html;
import dev.mojave.report.page.Page;
import dev.mojave.report.plot.Curves;
import dev.mojave.report.plot.Numbers;
import dev.mojave.report.plot.Plot;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Metrics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The page of a single run. */
final class RunPage {
    private final RunRecord run;
    private final Page page;
    private final Html body;

    private RunPage(RunRecord run) {
        this.run = run;
        this.page = new Page(run.name() + " · Mojave run");
        this.body = page.body();
    }

    /** Builds the page. */
    static Page of(RunRecord run) {
        RunPage made = new RunPage(run);
        made.header();
        made.training();
        made.routing();
        made.samples();
        made.reproduce();
        made.page.section("terms", "Terms");
        made.body.trusted(Page.resource("terms.html"));
        made.page.close();
        return made.page;
    }

    private void header() {
        body.open("header")
                .element("p", "Mojave run · " + run.description(), "class", "eyebrow")
                .element("h1", run.name())
                .element("p", outcome(), "class", "verdict");
        run.caveats().forEach(caveat -> body.element("p", caveat, "class", "notice"));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("State", run.state());
        facts.put("Parameters", Numbers.count(run.parametersTotal()));
        facts.put("Active parameters", Numbers.count(run.parametersActive()));
        facts.put("FLOPs per token", Numbers.count(run.flopsPerToken()));
        facts.put("Data", run.provenance().dataName());
        facts.put("Seed", String.valueOf(run.seed()));
        Curves.last(run, Metrics.TRAIN_SPEED)
                .ifPresent(speed -> facts.put("Training tokens per second", Numbers.count(speed)));
        Curves.last(run, Metrics.FLOPS_SHARE)
                .ifPresent(share -> facts.put("Share of the measured FLOP/s ceiling", Numbers.percent(share)));
        Curves.last(run, Metrics.PEAK_MEMORY).ifPresent(bytes -> facts.put("Peak memory", Numbers.bytes(bytes)));
        Parts.facts(body, facts);
        body.close("header");
    }

    private String outcome() {
        Optional<Double> loss = Curves.last(run, Metrics.VAL_LOSS);
        if (loss.isEmpty()) {
            return "No validation loss has been logged yet.";
        }
        StringBuilder text = new StringBuilder("Validation loss " + Numbers.loss(loss.get()) + " nats per token");
        Curves.last(run, Metrics.VAL_BITS_PER_BYTE)
                .ifPresent(
                        bits -> text.append(", ").append(Numbers.fixed(bits, 3)).append(" bits per byte"));
        text.append(", perplexity ")
                .append(Numbers.fixed(Math.exp(loss.get()), 2))
                .append(" per token");
        List<Plot.Point> all = Curves.of(run, Metrics.VAL_LOSS);
        double best = all.stream().mapToDouble(Plot.Point::y).min().orElse(Double.NaN);
        text.append(" after ").append(Numbers.count(all.getLast().x())).append(" training tokens");
        return best < loss.get() ? text + " (best during training: " + Numbers.loss(best) + " nats)." : text + ".";
    }

    private void training() {
        page.section("training", "Over training");
        RunFigures figures = new RunFigures(run);
        figures.losses().ifPresent(page::figure);
        body.open("div", "class", "pair");
        figures.others().forEach(page::figure);
        body.close("div");
        page.close();
    }

    private void routing() {
        RoutingFigures routing = new RoutingFigures(run.arm(), "run", List.of(run));
        if (!routing.isEmpty()) {
            page.section("routing", "Routing");
            Parts.mixtures(body, List.of(run));
            Parts.routing(page, routing);
            ExpertFigures experts = new ExpertFigures(run);
            body.open("div", "class", "pair");
            experts.overTraining().forEach(page::figure);
            experts.auxiliary().ifPresent(page::figure);
            experts.weights().ifPresent(page::figure);
            experts.categories().ifPresent(page::figure);
            body.close("div");
            experts.liked().ifPresent(table -> table.write(body));
            page.close();
        }
    }

    private void samples() {
        if (run.samples().isEmpty()) {
            return;
        }
        page.section("samples", "Samples");
        List<String> labels = IntStream.rangeClosed(1, run.samples().size())
                .mapToObj(i -> "Sample " + i)
                .toList();
        Parts.samples(body, "Unedited continuations", 0, labels, run.samples());
        page.close();
    }

    private void reproduce() {
        page.section("reproduce", "How to reproduce this");
        Parts.reproduce(body, run.provenance());
        Parts.verbatim(body, "Resolved recipe", run.recipe());
        page.close();
    }
}
