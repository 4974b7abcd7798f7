package dev.mojave.report.plot;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Colours that colour-blind readers can distinguish too (they differ in lightness as well as hue), with a contrast of at least 3:1
 * to their background; markers repeat the distinction without colour. An arm keeps its slot throughout the report.
 */
public final class Palette {
    /** The slots' colours on a light background. */
    public static final List<String> LIGHT =
            List.of("#0b62a8", "#c4490a", "#00805f", "#9a3d8f", "#7d6200", "#0f8296", "#4b4f58", "#b3264e");

    /** The slots' colours on a dark background. */
    public static final List<String> DARK =
            List.of("#62b0f5", "#ff9a5c", "#41d1a7", "#e496d6", "#e2c044", "#63d3e6", "#b9bec9", "#ff8fab");

    /** ECharts' names of the slots' markers. */
    static final List<String> MARKERS =
            List.of("circle", "rect", "triangle", "diamond", "pin", "arrow", "roundRect", "circle");

    /** The colours of a heat map from low to high, on a light background. */
    static final List<String> HEAT_LIGHT = List.of("#1f5fa8", "#9cc3e6", "#f4f3ef", "#f0b27a", "#a63c06");

    /** The same on a dark background. */
    static final List<String> HEAT_DARK = List.of("#58a9f2", "#2b5c8c", "#2a2d34", "#9a5420", "#ff9c54");

    private static final Map<String, String> INK_LIGHT = Map.of(
            "ink", "#1b1d22", "muted", "#5b606b", "rule", "#d9dbe0", "paper", "#ffffff", "wash", "#f5f5f3", "accent",
            "#0b62a8");
    private static final Map<String, String> INK_DARK = Map.of(
            "ink", "#e9eaee", "muted", "#a4a9b4", "rule", "#3a3e48", "paper", "#15171c", "wash", "#1e2128", "accent",
            "#7cbcf7");

    private Palette() {}

    /** Returns the slot's index in the lists, which wraps around after the last colour. */
    public static int index(int slot) {
        return Math.floorMod(slot, LIGHT.size());
    }

    /** Returns the CSS custom properties of both themes. */
    public static String css() {
        return ":root{" + properties(INK_LIGHT, LIGHT) + "}\n@media screen and (prefers-color-scheme: dark){:root{"
                + properties(INK_DARK, DARK) + "}}\n";
    }

    /** Returns one theme for the page's script. */
    static Map<String, Object> theme(boolean dark) {
        Map<String, Object> theme = new LinkedHashMap<>(dark ? INK_DARK : INK_LIGHT);
        theme.put("slots", dark ? DARK : LIGHT);
        theme.put("heat", dark ? HEAT_DARK : HEAT_LIGHT);
        return theme;
    }

    private static String properties(Map<String, String> ink, List<String> slots) {
        StringBuilder out = new StringBuilder();
        ink.forEach((name, value) ->
                out.append("--").append(name).append(':').append(value).append(';'));
        for (int i = 0; i < slots.size(); i++) {
            out.append("--slot-").append(i).append(':').append(slots.get(i)).append(';');
        }
        return out.toString();
    }
}
