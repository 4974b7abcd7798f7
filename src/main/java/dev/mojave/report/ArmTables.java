package dev.mojave.report;

import dev.mojave.report.page.Table;
import dev.mojave.report.page.Table.Cell;
import dev.mojave.report.page.Table.Column;
import dev.mojave.report.plot.Numbers;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.StudyResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds the tables that compare the arms: their losses, their cost and how their budgets were matched. */
final class ArmTables {
    private final Study study;
    private final StudyResult result;

    ArmTables(Study study) {
        this.study = study;
        this.result = study.result();
    }

    /** Returns the losses of the arms in every unit, with the lowest in bold. */
    Table reached() {
        List<Column> columns = List.of(
                Column.text("Arm"),
                Column.number("Validation loss", "nats per token" + (several() ? ", mean ± sd" : "")),
                Column.number("Best during training", "nats per token"),
                Column.number("Bits per byte", "from the mean"),
                Column.number("Perplexity", "per token, from the mean"),
                Column.number("Share of unigram entropy", Numbers.fixed(result.unigramEntropy(), 2) + " nats"),
                Column.number("Seeds", ""));
        double lowest = result.arms().stream()
                .mapToDouble(arm -> arm.valLoss().mean())
                .filter(Double::isFinite)
                .min()
                .orElse(Double.NaN);
        List<List<Cell>> rows = new ArrayList<>();
        for (ArmResult arm : result.arms()) {
            double loss = arm.valLoss().mean();
            rows.add(List.of(
                    Cell.arm(arm.name(), arm.description(), study.slot(arm.name())),
                    Cell.of(Numbers.summary(arm.valLoss())).strong(loss == lowest),
                    Cell.of(Numbers.summary(arm.bestValLoss())),
                    Cell.of(Numbers.fixed(loss / Math.log(2) / result.bytesPerToken(), 3)),
                    Cell.of(Numbers.fixed(Math.exp(loss), 2)),
                    Cell.of(Numbers.percent(loss / result.unigramEntropy())),
                    Cell.of(String.valueOf(arm.valLoss().values().size()))));
        }
        return new Table("Losses of the arms", columns, rows);
    }

    private boolean several() {
        return result.arms().stream().anyMatch(arm -> arm.valLoss().values().size() > 1);
    }

    /** Returns the sizes of the arms, and the time and memory that training and generation took. */
    Table cost() {
        String beside = result.besideOthers() ? ", concurrent trials" : "";
        List<Column> columns = List.of(
                Column.text("Arm"),
                Column.number("Parameters", "total"),
                Column.number("Active", "per token"),
                Column.number("Total", "without embeddings"),
                Column.number("Active", "without embeddings"),
                Column.number("FLOPs per token", "training"),
                Column.number("Training", "tokens/s" + beside),
                Column.number("Generation", "tokens/s" + beside),
                Column.number("Wall time", "training and evaluation" + beside),
                Column.number("Peak memory", "resident"));
        List<List<Cell>> rows = new ArrayList<>();
        for (ArmResult arm : result.arms()) {
            rows.add(List.of(
                    Cell.arm(arm.name(), "", study.slot(arm.name())),
                    Cell.of(Numbers.count(arm.parametersTotal())),
                    Cell.of(Numbers.count(arm.parametersActive())),
                    Cell.of(Numbers.count(arm.parametersWithoutEmbeddings())),
                    Cell.of(Numbers.count(arm.activeWithoutEmbeddings())),
                    Cell.of(Numbers.count(arm.flopsPerToken())),
                    Cell.of(Numbers.count(arm.tokensPerSecond())),
                    Cell.of(Numbers.count(arm.generateTokensPerSecond())),
                    Cell.of(Numbers.seconds(arm.wallSeconds())),
                    Cell.of(Numbers.bytes(arm.peakMemoryBytes()))));
        }
        return new Table(
                "Cost of the arms (speeds and times: median over seeds, generation at batch 1; memory: maximum over seeds"
                        + (result.besideOthers() ? "; concurrent trials: " + result.besideOthersInWords() : "") + ")",
                columns,
                rows);
    }

    /** Returns how closely each resized arm meets the budget that it was matched to; empty if no arm was resized. */
    Optional<Table> matches() {
        List<Column> columns = List.of(
                Column.text("Arm"),
                Column.text("Matched to"),
                Column.number("Target", ""),
                Column.number("Achieved", ""),
                Column.number("Deviation", ""),
                Column.text("Resized key"));
        List<List<Cell>> rows = new ArrayList<>();
        for (ArmResult arm : result.arms()) {
            ArmResult.Match match = arm.match();
            if (match != null) {
                double off = 100.0 * (match.achieved() - match.target()) / match.target();
                rows.add(List.of(
                        Cell.arm(arm.name(), "", study.slot(arm.name())),
                        Cell.of(Study.budget(match) + " of " + match.arm()),
                        Cell.of(Numbers.whole(match.target())),
                        Cell.of(Numbers.whole(match.achieved())),
                        Cell.of(Numbers.signed(off, 2) + "%"),
                        Cell.of(match.resized() + ": " + match.value())));
            }
        }
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(new Table(
                        "How the budgets were matched (parameters: without embeddings and head)", columns, rows));
    }
}
