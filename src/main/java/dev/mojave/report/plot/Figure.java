package dev.mojave.report.plot;

import java.util.List;

/**
 * A chart on the page: one or several views of one subject, with the words that carry it without the picture.
 *
 * @param id unique on the page, lower case letters, digits and dashes; names the PNG
 * @param title what is shown
 * @param caption how to read it: what bands and marks stand for
 * @param summary what it shows in one or two sentences, for who cannot see it
 * @param views at least one
 */
public record Figure(String id, String title, String caption, String summary, List<View> views) {

    /**
     * One choice of what to draw.
     *
     * @param key what the PNG's name adds, empty for the only view
     * @param label what the button says
     * @param still whether it is also drawn as PNG
     */
    public record View(String key, String label, Plot plot, boolean still) {
        /** Makes a view that is also drawn as PNG. */
        public View(String key, String label, Plot plot) {
            this(key, label, plot, true);
        }
    }

    /** A figure with one view. */
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

    /** A label that begins a button does not begin a sentence here; an abbreviation such as FLOPs stays. */
    private static String continued(String label) {
        boolean word = label.length() > 1 && Character.isLowerCase(label.charAt(1));
        return word ? Character.toLowerCase(label.charAt(0)) + label.substring(1) : label;
    }
}
