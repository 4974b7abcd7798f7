package dev.mojave.cli.verb.tokenizer;

import dev.mojave.data.tokenizer.Tokenizer;

/** Shows the tokens of a text, distinguished by background colours or by bars. */
final class TokenView {
    private static final String[] BACKGROUNDS = {"\u001b[30;46m", "\u001b[30;43m", "\u001b[30;42m", "\u001b[30;47m"};
    private static final String PLAIN = "\u001b[0m";

    private TokenView() {}

    /** Returns the view. Line breaks are shown as a symbol and a line break, other control characters as a symbol, parts of a character as U+FFFD. */
    static String of(Tokenizer tokenizer, String text, boolean coloured) {
        StringBuilder view = new StringBuilder();
        int[] ids = tokenizer.encode(text);
        for (int i = 0; i < ids.length; i++) {
            String shown = visible(tokenizer.decode(ids[i]));
            if (!coloured) {
                view.append(i == 0 ? "" : "|").append(shown);
                continue;
            }
            String colour = BACKGROUNDS[i % BACKGROUNDS.length];
            // A background colour that continues past a line break would colour the rest of the line.
            view.append(colour)
                    .append(shown.replace("\n", PLAIN + "\n" + colour))
                    .append(PLAIN);
        }
        return view.toString();
    }

    private static String visible(String token) {
        StringBuilder shown = new StringBuilder();
        token.codePoints().forEach(codePoint -> {
            if (codePoint == '\n') {
                shown.append("\u23ce\n");
            } else if (Character.isISOControl(codePoint)) {
                shown.append(codePoint == '\t' ? '\u21e5' : '\u2423');
            } else {
                shown.appendCodePoint(codePoint);
            }
        });
        return shown.toString();
    }
}
