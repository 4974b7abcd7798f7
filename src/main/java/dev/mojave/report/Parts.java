package dev.mojave.report;

import dev.mojave.base.Plural;
import dev.mojave.report.page.Html;
import dev.mojave.report.page.Page;
import dev.mojave.report.page.Table;
import dev.mojave.report.page.Table.Cell;
import dev.mojave.report.page.Table.Column;
import dev.mojave.report.plot.Curves;
import dev.mojave.report.plot.Numbers;
import dev.mojave.report.plot.Plot;
import dev.mojave.result.Provenance;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Parts that the pages of studies, sweeps and runs share. */
final class Parts {
    private static final String DIRTY = "-dirty";

    private Parts() {}

    /** Writes facts as a row of name-value pairs. */
    static void facts(Html html, Map<String, String> facts) {
        html.open("dl", "class", "facts");
        facts.forEach((name, value) ->
                html.open("div").inline("dt", name).inline("dd", value).close("div"));
        html.close("dl");
    }

    /** Writes text verbatim in a collapsible block. */
    static void verbatim(Html html, String summary, String text) {
        html.open("details").element("summary", summary);
        block(html, text);
        html.close("details");
    }

    /** Writes text verbatim. HTML drops the first line break after the tag, so one is added there. */
    static void block(Html html, String text) {
        html.open("pre", "dir", "auto", "tabindex", "0")
                .trusted("\n")
                .text(text)
                .close("pre");
    }

    /** Writes one arm's samples, collapsed, with one label per sample. */
    static void samples(Html html, String heading, int slot, List<String> labels, List<String> samples) {
        html.open("details", "class", "samples").open("summary");
        Table.swatch(html, slot);
        html.text(heading).close("summary");
        for (int i = 0; i < samples.size(); i++) {
            html.element("p", i < labels.size() ? labels.get(i) : "Sample " + (i + 1), "class", "label");
            block(html, samples.get(i));
        }
        html.close("details");
    }

    /** Writes how to reproduce the result: commands, checksums, machine, engine and versions. */
    static void reproduce(Html html, Provenance provenance) {
        String commit = provenance.commit();
        boolean dirty = commit.endsWith(DIRTY);
        String clean = dirty ? commit.substring(0, commit.length() - DIRTY.length()) : commit;
        StringBuilder commands = new StringBuilder();
        if (!clean.equals("unknown") && !clean.isBlank()) {
            commands.append("git checkout ").append(clean).append('\n');
        }
        commands.append(provenance.command());
        block(html, commands.toString());
        if (dirty) {
            html.element(
                    "p",
                    "The program had uncommitted changes: this commit alone may not give the same result.",
                    "class",
                    "notice");
        }
        identities(provenance).write(html);
        html.open("div", "class", "pair");
        settings("Engine choices, resolved once and pinned", provenance.engine())
                .write(html);
        settings("Versions", provenance.versions()).write(html);
        html.close("div");
    }

    private static Table identities(Provenance provenance) {
        Provenance.Machine machine = provenance.machine();
        List<List<Cell>> rows = new ArrayList<>();
        row(rows, "Mojave", provenance.mojaveVersion());
        row(rows, "Commit", provenance.commit());
        row(rows, "Started", provenance.startedAt());
        row(rows, "Data", provenance.dataName());
        row(rows, "Data checksum (SHA-256)", provenance.dataSha256());
        row(rows, "Recipe checksum (SHA-256)", provenance.recipeSha256());
        row(rows, provenance.seeds().size() == 1 ? "Seed" : "Seeds", seeds(provenance));
        row(rows, "Processor", machine.processorInWords() + ", " + Plural.of(machine.cores(), "core"));
        row(rows, "Memory", Numbers.bytes(machine.memoryBytes()));
        row(rows, "System", machine.operatingSystem());
        return new Table("Provenance", List.of(Column.text("Name"), Column.text("Value")), rows);
    }

    /** Returns the seeds, separated by commas. */
    static String seeds(Provenance provenance) {
        return String.join(
                ", ", provenance.seeds().stream().map(String::valueOf).toList());
    }

    private static Table settings(String caption, Map<String, String> settings) {
        List<List<Cell>> rows = new ArrayList<>();
        settings.forEach((name, value) -> row(rows, name, value));
        return new Table(caption, List.of(Column.text("Name"), Column.text("Value")), rows);
    }

    private static void row(List<List<Cell>> rows, String name, String value) {
        rows.add(List.of(Cell.of(name), Cell.of(value.isBlank() ? Numbers.NONE : value)));
    }

    /** Explains what an expert is in models whose experts are not feed-forward networks. */
    static void mixtures(Html html, List<RunRecord> runs) {
        if (runs.stream().anyMatch(run -> run.mixtures().contains("grow"))) {
            html.element(
                    "p",
                    "In parallel layers, an expert is one of the layer's transformer blocks; in shrink and grow, it is one of the maps between"
                            + " the two widths.");
        }
    }

    /** Writes one arm's part of the routing section. */
    static void routing(Page page, RoutingFigures routing) {
        page.body().open("div", "class", "pair");
        page.figure(routing.atTheEnd());
        page.figure(routing.overTraining());
        routing.bestChoices().ifPresent(page::figure);
        routing.bestChoicesOverTraining().ifPresent(page::figure);
        page.body().close("div");
        routing.table().write(page.body());
    }

    /** Returns a table of the trials with their states and last losses. */
    static Table trials(Study study) {
        List<Column> columns = List.of(
                Column.text("Trial"),
                Column.number("Seed", ""),
                Column.text("State"),
                Column.number("Training tokens", ""),
                Column.number("Last validation loss", "nats per token"));
        List<List<Cell>> rows = new ArrayList<>();
        for (RunRecord run : study.runs()) {
            List<Plot.Point> losses = Curves.of(run, Metrics.VAL_LOSS);
            rows.add(List.of(
                    Cell.arm(run.name(), "", study.slot(run.arm())),
                    Cell.of(String.valueOf(run.seed())),
                    Cell.of(run.state()).strong(!Study.finished(run)),
                    Cell.of(
                            losses.isEmpty()
                                    ? Numbers.NONE
                                    : Numbers.count(losses.getLast().x())),
                    Cell.of(
                            losses.isEmpty()
                                    ? Numbers.NONE
                                    : Numbers.loss(losses.getLast().y()))));
        }
        return new Table("All trials", columns, rows);
    }
}
