package dev.mojave.report;

import dev.mojave.report.page.Html;
import dev.mojave.report.page.Page;
import dev.mojave.report.page.Table;
import dev.mojave.report.page.Table.Cell;
import dev.mojave.report.page.Table.Column;
import dev.mojave.report.plot.Numbers;
import dev.mojave.result.RunRecord;
import dev.mojave.result.study.SweepPoint;
import dev.mojave.result.study.SweepResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The page of a sweep: the best point, the ranking, the effect of each key, the interactions of two keys, and how to reproduce it. */
final class SweepPage {
    private final SweepResult result;
    private final List<RunRecord> runs;
    private final SweepFigures figures;
    private final Page page;
    private final Html body;

    private SweepPage(SweepResult result, List<RunRecord> runs) {
        this.result = result;
        this.runs = runs;
        this.figures = new SweepFigures(result, runs);
        this.page = new Page(result.name() + " · Mojave sweep");
        this.body = page.body();
    }

    /** Builds the page. */
    static Page of(SweepResult result, List<RunRecord> runs) {
        SweepPage made = new SweepPage(result, runs);
        made.header();
        made.ranking();
        made.effects();
        made.training();
        made.limits();
        made.reproduce();
        made.page.section("terms", "Terms");
        made.body.trusted(Page.resource("terms.html"));
        made.page.close();
        return made.page;
    }

    private void header() {
        body.open("header")
                .element("p", "Mojave sweep · " + result.name(), "class", "eyebrow")
                .element("h1", question())
                .element("p", result.headline(), "class", "verdict long");
        Map<String, List<String>> caveats = new LinkedHashMap<>();
        result.caveats()
                .forEach((point, lines) -> lines.forEach(line ->
                        caveats.computeIfAbsent(line, key -> new ArrayList<>()).add(point)));
        caveats.forEach(
                (line, points) -> body.element("p", String.join(", ", points) + ": " + line, "class", "notice"));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Data", result.provenance().dataName());
        facts.put("Points", String.valueOf(result.points().size()));
        facts.put("Seeds", String.valueOf(result.provenance().seeds().size()));
        facts.put(
                "Training tokens",
                Numbers.count(result.points().stream()
                        .mapToDouble(point -> (double) point.tokens())
                        .max()
                        .orElse(0)));
        if (!result.missing().isEmpty()) {
            facts.put("Trials without a result", String.valueOf(result.missing().size()));
        }
        facts.put("Processor", result.provenance().machine().kindInWords());
        facts.put("Date", result.provenance().startedAt().split("T", 2)[0]);
        Parts.facts(body, facts);
        body.close("header");
        contents();
    }

    private String question() {
        List<String> names = result.keys().stream().map(SweepResult.Key::key).toList();
        return names.size() == 1
                ? "Which value of " + names.getFirst() + " trains best?"
                : "Which values of " + String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast()
                        + " train best?";
    }

    private void contents() {
        Map<String, String> links = new LinkedHashMap<>();
        links.put("ranking", "Ranking");
        links.put("effects", "Effects");
        links.put("training", "Training");
        links.put("limits", "Limits");
        links.put("reproduce", "Reproduce");
        links.put("terms", "Terms");
        body.open("nav", "aria-label", "Contents").open("ul");
        links.forEach((id, text) ->
                body.open("li").inline("a", text, "href", "#" + id).end("li"));
        body.close("ul").close("nav");
    }

    private void ranking() {
        page.section("ranking", "The ranking");
        figures.differences().ifPresent(page::figure);
        if (result.points().isEmpty()) {
            body.element("p", "No point has results.");
        } else {
            points().write(body);
        }
        page.close();
    }

    private Table points() {
        boolean halving = result.halving() != null;
        List<Column> columns = new ArrayList<>(List.of(Column.text("Point"), Column.number("Rank", "")));
        if (halving) {
            columns.add(Column.number("Training tokens", ""));
        }
        result.keys().forEach(key -> columns.add(Column.number(key.name(), "")));
        columns.addAll(List.of(
                Column.number("Validation loss", "nats per token" + (result.seeds() > 1 ? ", mean ± sd" : "")),
                Column.number("Minus the best", "95% interval"),
                Column.number("p", "paired t"),
                Column.number("p, corrected", "Holm"),
                Column.number("Parameters", "total"),
                Column.number("Time", result.besideOthers() ? "per trial, concurrent trials" : "per trial")));
        List<List<Cell>> rows = new ArrayList<>();
        for (SweepPoint point : result.points()) {
            boolean best = Integer.valueOf(1).equals(point.rank());
            List<Cell> row = new ArrayList<>();
            row.add(Cell.of(point.name(), point.model()).strong(best));
            row.add(Cell.of(point.rank() == null ? "not ranked" : point.rank().toString()));
            if (halving) {
                row.add(Cell.of(Numbers.count((double) point.tokens())));
            }
            result.keys().forEach(key -> row.add(Cell.of(point.values().getOrDefault(key.key(), Numbers.NONE))));
            row.add(Cell.of(Numbers.summary(point.valLoss())).strong(best));
            SweepPoint.Difference difference = point.againstBest();
            row.add(Cell.of(difference == null ? best ? "best" : Numbers.NONE : SweepFigures.text(difference)));
            row.add(Cell.of(difference == null ? Numbers.NONE : SweepFigures.p(difference.pValue())));
            row.add(Cell.of(difference == null ? Numbers.NONE : SweepFigures.p(difference.holm()))
                    .strong(difference != null && difference.shown()));
            row.add(Cell.of(Numbers.count((double) point.parametersTotal())));
            row.add(Cell.of(Numbers.seconds(point.wallSeconds())));
            rows.add(row);
        }
        return new Table("All points, best first", columns, rows);
    }

    private void effects() {
        page.section("effects", "Effect of each key");
        figures.effects().ifPresentOrElse(page::figure, () -> body.element("p", "No key has two values with results."));
        figures.interactions().ifPresent(page::figure);
        page.close();
    }

    private void training() {
        page.section("training", "Over training");
        figures.losses().ifPresent(page::figure);
        page.close();
    }

    private void limits() {
        page.section("limits", "Notes and limits");
        body.open("ul");
        result.notes().forEach(note -> body.element("li", note));
        body.element(
                "li",
                "A sweep shows which of these settings trains best here: on this data, at this size and with this budget.");
        body.close("ul");
        page.close();
    }

    private void reproduce() {
        page.section("reproduce", "How to reproduce this");
        Parts.reproduce(body, result.provenance());
        SweepPoint best = result.best();
        if (best != null) {
            runs.stream()
                    .filter(run -> run.arm().equals(Objects.requireNonNull(best).name()))
                    .findFirst()
                    .ifPresent(run -> Parts.verbatim(body, "Resolved recipe of " + best.name(), run.recipe()));
        }
        body.open("details").element("summary", "Swept keys");
        keys().write(body);
        body.close("details");
        page.close();
    }

    private Table keys() {
        return new Table(
                "Swept keys",
                List.of(Column.text("Key"), Column.text("Values"), Column.text("Kind")),
                result.keys().stream()
                        .map(key -> List.of(
                                Cell.of(key.key()),
                                Cell.of(key.values().stream()
                                        .collect(Collectors.joining(key.scale().equals("list") ? ", " : " to "))),
                                Cell.of(key.scale().equals("list") ? "list" : "range, " + key.scale())))
                        .toList());
    }
}
