package dev.mojave.run.log;

import dev.mojave.result.metric.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Formats a log as CSV: one row per line and one column per metric, in the order of first appearance. A list has one column per
 * value, such as {@code moe/0/load/3}. A cell is empty if the line lacks the value or the value is not finite.
 */
public final class MetricsCsv {
    private MetricsCsv() {}

    /** Returns the lines as CSV with a header, with the line ends of RFC 4180 (CR LF). */
    public static String of(List<MetricLine> lines) {
        Set<String> names = new LinkedHashSet<>();
        lines.forEach(line -> names.addAll(values(line).keySet()));
        StringBuilder csv = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(csv, CSVFormat.DEFAULT)) {
            List<String> header = new ArrayList<>(MetricLine.HEAD);
            header.addAll(names);
            printer.printRecord(header);
            for (MetricLine line : lines) {
                Map<String, Double> values = values(line);
                List<Object> row = new ArrayList<>(List.of(
                        line.step(), line.tokens(), line.words() == null ? "" : line.words(), line.elapsedSeconds()));
                for (String name : names) {
                    double value = values.getOrDefault(name, Double.NaN);
                    row.add(Double.isFinite(value) ? value : "");
                }
                printer.printRecord(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return csv.toString();
    }

    private static Map<String, Double> values(MetricLine line) {
        Map<String, Double> values = new LinkedHashMap<>(line.scalars());
        line.lists().forEach((name, list) -> {
            for (int i = 0; i < list.size(); i++) {
                values.put(Metric.element(name, i), list.get(i));
            }
        });
        return values;
    }
}
