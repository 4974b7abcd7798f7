package dev.mojave.report.page;

/** Writes HTML and escapes every text and attribute value, in this one place. */
public final class Html {
    private static final int FIRST_PRINTABLE = 0x20;
    private static final int DELETE = 0x7f;
    private static final int LAST_C1 = 0x9f;
    private static final String REPLACEMENT = "\ufffd";

    private final StringBuilder out = new StringBuilder();

    /** Opens an element; the attributes are alternating names and values. */
    public Html open(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i + 1 < attributes.length; i += 2) {
            out.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(escape(attributes[i + 1]))
                    .append('"');
        }
        out.append('>');
        return this;
    }

    /** Closes an element and ends the line. */
    public Html close(String tag) {
        out.append("</").append(tag).append(">\n");
        return this;
    }

    /** Closes an element without ending the line. */
    public Html end(String tag) {
        out.append("</").append(tag).append('>');
        return this;
    }

    /** Writes text, escaped. */
    public Html text(String text) {
        out.append(escape(text));
        return this;
    }

    /** Writes an element that contains only text, and ends the line. */
    public Html element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close(tag);
    }

    /** Writes an element that contains only text, without ending the line. */
    public Html inline(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).end(tag);
    }

    /** Writes markup from the program's own resources verbatim. */
    public Html trusted(String markup) {
        out.append(markup);
        return this;
    }

    @Override
    public String toString() {
        return out.toString();
    }

    /** Escapes markup; characters that HTML forbids (controls, lone surrogates) become U+FFFD, so that they are visible. */
    public static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                case '\n', '\t' -> safe.append((char) c);
                case '\r' -> safe.append("");
                default -> {
                    if (forbidden(c)) {
                        safe.append(REPLACEMENT);
                    } else {
                        safe.appendCodePoint(c);
                    }
                }
            }
        });
        return safe.toString();
    }

    private static boolean forbidden(int c) {
        return c < FIRST_PRINTABLE
                || (c >= DELETE && c <= LAST_C1)
                || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                || (c & 0xfffe) == 0xfffe;
    }
}
