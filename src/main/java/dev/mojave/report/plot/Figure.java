package dev.mojave.report.plot;

import java.util.List;

/**
 * A chart on the page: one or more views of one subject, with text that describes it without the picture.
 *
 * @param id an identifier that is unique on the page: lower-case letters, digits and dashes; also the name of the PNG file
 * @param title the heading
 * @param caption how to read the chart: what bands and marks mean
 * @param summary what the chart shows, in one or two sentences, for readers who cannot see it
 * @param views the views, at least one
 */
public record Figure(String id, String title, String caption, String summary, List<View> views) {

    /**
     * One view of a figure.
     *
     * @param key the suffix of the PNG file's name, empty if there is only one view
     * @param label the text of the view's button
     * @param still whether the view is also drawn as PNG
     */
    public record View(String key, String label, Plot plot, boolean still) {
        /** Creates a view that is also drawn as PNG. */
        public View(String key, String label, Plot plot) {
            this(key, label, plot, true);
        }
    }

    /** Returns a figure with one view. */
    public static Figure of(String id, String title, String caption, String summary, Plot plot) {
        return new Figure(id, title, caption, summary, List.of(new View("", "", plot)));
    }

    /** Returns the views that are also drawn as PNG. */
    public List<View> stills() {
        return views.stream().filter(View::still).toList();
    }

    /** Returns the title of one view. */
    public String title(View view) {
        return view.label().isEmpty() ? title : title + ", " + continued(view.label());
    }

    /** Lower-cases the first letter of a label, which is not at the start of a sentence here; an abbreviation such as FLOPs stays as it is. */
    private static String continued(String label) {
        boolean word = label.length() > 1 && Character.isLowerCase(label.charAt(1));
        return word ? Character.toLowerCase(label.charAt(0)) + label.substring(1) : label;
    }
}
