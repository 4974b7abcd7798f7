package dev.mojave.report;

import dev.mojave.report.page.Html;
import dev.mojave.report.page.Page;
import dev.mojave.report.page.Table;
import dev.mojave.report.page.Table.Cell;
import dev.mojave.report.page.Table.Column;
import dev.mojave.report.plot.Numbers;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.MapCell;
import dev.mojave.result.study.MapResult;
import dev.mojave.result.study.Turn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The page of a map: where the lead changes, the gap of every cell, the arms, the tuning, and how to reproduce it. */
final class MapPage {
    private final MapResult result;
    private final MapGrid grid;
    private final MapFigures figures;
    private final Page page;
    private final Html body;

    private MapPage(MapResult result) {
        this.result = result;
        this.grid = new MapGrid(result);
        this.figures = new MapFigures(result);
        this.page = new Page(result.name() + " · Mojave map");
        this.body = page.body();
    }

    /** Builds the page. */
    static Page of(MapResult result) {
        MapPage made = new MapPage(result);
        made.header();
        made.answer();
        made.cells();
        made.arms();
        made.tuning();
        made.limits();
        made.reproduce();
        made.page.section("terms", "Terms");
        made.body.trusted(Page.resource("terms.html"));
        made.page.close();
        return made.page;
    }

    private void header() {
        body.open("header")
                .element("p", "Mojave map · " + result.name(), "class", "eyebrow")
                .element(
                        "h1",
                        result.tokens().isPresent()
                                ? "From which size and how many tokens on does sparsity pay?"
                                : "Where does sparsity pay?")
                .element("p", result.headline(), "class", "verdict long");
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Data", result.provenance().dataName());
        result.axes()
                .forEach(axis -> facts.put(
                        MapGrid.name(axis),
                        axis.values().stream()
                                .map(value -> MapGrid.text(axis, value))
                                .collect(Collectors.joining(", "))));
        facts.put("Seeds", String.valueOf(result.provenance().seeds().size()));
        if (!result.missing().isEmpty()) {
            facts.put("Trials without a result", String.valueOf(result.missing().size()));
        }
        facts.put("Processor", result.provenance().machine().kindInWords());
        facts.put("Date", result.provenance().startedAt().split("T", 2)[0]);
        Parts.facts(body, facts);
        body.close("header");
        Map<String, String> links = new LinkedHashMap<>();
        links.put("answer", "Answer");
        links.put("cells", "Cells");
        links.put("arms", "Arms");
        if (!result.tuning().isEmpty()) {
            links.put("tuning", "Tuning");
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
        page.section("answer", "Where the lead changes hands");
        if (grid.pairs().isEmpty()) {
            body.element(
                    "p", "There is nothing to compare: no cell has a finished trial of the same seed in two arms.");
            page.close();
            return;
        }
        figures.heat().ifPresent(page::figure);
        figures.contours().ifPresent(page::figure);
        if (!result.turns().isEmpty()) {
            turns().write(body);
        }
        figures.lines().ifPresent(page::figure);
        page.close();
    }

    private Table turns() {
        List<Column> columns = new ArrayList<>(List.of(Column.text("Comparison")));
        List<MapResult.Axis> sizes = result.axes().stream()
                .filter(axis -> !axis.key().equals(MapResult.TOKENS))
                .toList();
        sizes.forEach(axis -> columns.add(Column.number(axis.key(), "")));
        columns.add(Column.number("Lead from", "training tokens"));
        columns.add(Column.text("In words"));
        List<List<Cell>> rows = new ArrayList<>();
        for (Turn turn : result.turns()) {
            List<Cell> row = new ArrayList<>();
            row.add(Cell.of(Study.label(turn.a(), turn.b())));
            sizes.forEach(axis -> row.add(Cell.of(turn.at().getOrDefault(axis.key(), ""))));
            Double tokens = turn.tokens();
            row.add(Cell.of(tokens == null ? "not reached" : Numbers.count((double) tokens))
                    .strong(tokens != null));
            row.add(Cell.of(turn.words()));
            rows.add(row);
        }
        return new Table("From which budget on an arm leads", columns, rows);
    }

    private void cells() {
        page.section("cells", "Every cell");
        List<Column> columns = new ArrayList<>(List.of(Column.text("Cell")));
        result.axes().forEach(axis -> columns.add(Column.number(MapGrid.name(axis), "")));
        columns.addAll(List.of(
                Column.text("Comparison"),
                Column.number("Difference", "95% interval"),
                Column.number("Seeds", "pairs"),
                Column.number("p", "paired t"),
                Column.number("p, corrected", "Holm"),
                Column.text("Reading")));
        List<List<Cell>> rows = new ArrayList<>();
        for (MapCell cell : result.cells()) {
            for (Comparison one : cell.comparisons()) {
                List<Cell> row = new ArrayList<>(List.of(Cell.of(cell.name())));
                grid.texts(cell).forEach(text -> row.add(Cell.of(text)));
                row.add(Cell.of(Study.label(one.a(), one.b())));
                row.add(Cell.of(Study.figures(one)));
                row.add(Cell.of(String.valueOf(one.n())));
                row.add(Cell.of(SweepFigures.p(one.pValue())));
                row.add(Cell.of(SweepFigures.p(one.holm())).strong(one.shown() != 0));
                row.add(Cell.of(reading(one)));
                rows.add(row);
            }
        }
        new Table("Differences in validation loss, nats per token", columns, rows).write(body);
        page.close();
    }

    private static String reading(Comparison one) {
        return switch (one.shown()) {
            case 1 -> one.b() + " is better";
            case -1 -> one.a() + " is better";
            default -> "no difference shown";
        };
    }

    private void arms() {
        page.section("arms", "The arms");
        List<Column> columns = new ArrayList<>(List.of(Column.text("Arm")));
        result.axes().forEach(axis -> columns.add(Column.number(MapGrid.name(axis), "")));
        columns.addAll(List.of(
                Column.number("Validation loss", "nats per token, mean ± sd"),
                Column.number("Of unigram", "entropy"),
                Column.number("Parameters", "active, without embeddings"),
                Column.number("Parameters", "total, without embeddings"),
                Column.number("FLOPs", "per token"),
                Column.number("Tokens", "per second" + (result.besideOthers() ? ", beside others" : "")),
                Column.number("Time", result.besideOthers() ? "a trial, beside others" : "a trial")));
        List<List<Cell>> rows = new ArrayList<>();
        for (MapCell cell : result.cells()) {
            for (ArmResult arm : cell.arms()) {
                List<Cell> row = new ArrayList<>(List.of(Cell.of(arm.name(), arm.description())));
                grid.texts(cell).forEach(text -> row.add(Cell.of(text)));
                row.add(Cell.of(Numbers.summary(arm.valLoss())));
                row.add(Cell.of(Numbers.percent(arm.valLoss().mean() / result.unigramEntropy())));
                row.add(Cell.of(Numbers.count(arm.activeWithoutEmbeddings())));
                row.add(Cell.of(Numbers.count(arm.parametersWithoutEmbeddings())));
                row.add(Cell.of(Numbers.count(arm.flopsPerToken())));
                row.add(Cell.of(Numbers.count(arm.tokensPerSecond())));
                row.add(Cell.of(Numbers.seconds(arm.wallSeconds())));
                rows.add(row);
            }
        }
        new Table("Every arm in every cell", columns, rows).write(body);
        page.close();
    }

    private void tuning() {
        if (result.tuning().isEmpty()) {
            return;
        }
        page.section("tuning", "What was tuned");
        TuningTable.of(result.tuning()).write(body);
        page.close();
    }

    private void limits() {
        page.section("limits", "Notes and limits");
        body.open("ul");
        result.notes().forEach(note -> body.element("li", note));
        body.element(
                "li",
                "The intervals cover chance between seeds only: not other data or settings, and not sizes or budgets beyond the map.");
        body.close("ul");
        page.close();
    }

    private void reproduce() {
        page.section("reproduce", "How to reproduce this");
        Parts.reproduce(body, result.provenance());
        page.close();
    }
}
