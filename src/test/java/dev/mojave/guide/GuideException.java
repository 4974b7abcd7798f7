package dev.mojave.guide;

/** A page that does not work, with the place on the page. */
@SuppressWarnings("serial")
final class GuideException extends RuntimeException {
    GuideException(String page, int line, String problem) {
        super("docs/extend/" + page + ":" + line + ": " + problem);
    }
}
