package dev.mojave.report.page;

import dev.mojave.base.files.AtomicFiles;
import dev.mojave.report.plot.Figure;
import dev.mojave.report.plot.Palette;
import dev.mojave.report.plot.PlotJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A self-contained page: collects the body and its figures, then writes them into the template with styles and scripts inlined. */
public final class Page {
    private static final String ECHARTS = "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.min.js";

    private final String title;
    private final Html body = new Html();
    private final List<Figure> figures = new ArrayList<>();

    /** Creates an empty page. */
    public Page(String title) {
        this.title = title;
    }

    /** Returns the body, for writing to it. */
    public Html body() {
        return body;
    }

    List<Figure> figures() {
        return List.copyOf(figures);
    }

    /** Opens a section with its heading; {@link #close} ends it. */
    public Html section(String id, String heading) {
        return body.open("section", "id", id, "aria-labelledby", id + "-heading")
                .element("h2", heading, "id", id + "-heading");
    }

    /** Ends a section. */
    public void close() {
        body.close("section");
    }

    /** Writes a figure: a placeholder for the chart, its caption, and its numbers as collapsed tables. */
    public void figure(Figure figure) {
        open(figure);
        body.open("details").element("summary", "Numbers behind this figure").element("p", figure.summary());
        for (Figure.View view : figure.views()) {
            PlotTable.of(figure.title(view), view.plot()).write(body);
        }
        body.close("details").close("figcaption").close("figure");
    }

    /** Writes a figure whose numbers are in the given table, which is not collapsed. */
    public void figure(Figure figure, Table table) {
        open(figure);
        table.write(body);
        body.close("figcaption").close("figure");
    }

    private void open(Figure figure) {
        figures.add(figure);
        body.open("figure", "id", "figure-" + figure.id(), "aria-labelledby", "title-" + figure.id());
        body.element("h3", figure.title(), "id", "title-" + figure.id());
        body.open("div", "class", "plot", "data-figure", figure.id()).close("div");
        body.open("figcaption").element("p", figure.caption());
    }

    /** Writes the page. */
    void write(Path file) throws IOException {
        AtomicFiles.write(file, html());
    }

    /** Returns the HTML text of the whole page. */
    public String html() {
        String echarts = resource(ECHARTS);
        String script = resource("report.js");
        String policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none';"
                + " form-action 'none'; script-src '" + hash(echarts) + "' '" + hash(script) + "'";
        // A single pass over the template: inserted text is never searched for placeholders.
        StringBuilder out = new StringBuilder();
        String template = resource("page.html");
        int from = 0;
        for (int at = template.indexOf("{{"); at >= 0; at = template.indexOf("{{", from)) {
            int end = template.indexOf("}}", at);
            out.append(template, from, at);
            out.append(
                    switch (template.substring(at + 2, end)) {
                        case "policy" -> policy;
                        case "title" -> Html.escape(title);
                        case "palette" -> Palette.css();
                        case "style" -> resource("report.css");
                        case "body" -> body.toString();
                        case "data" -> PlotJson.write(figures);
                        case "echarts" -> echarts;
                        case "script" -> script;
                        case String other ->
                            throw new IllegalStateException("there is no value for {{" + other + "}} in page.html");
                    });
            from = end + 2;
        }
        return out.append(template.substring(from)).toString();
    }

    /** Reads a resource from this class's package, or from anywhere on the class path if the name has a leading slash. */
    public static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + name + " cannot be read", e);
        }
    }

    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
