package dev.mojave.guide;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One page of docs/extend, read as a recipe for a change: the files it adds, the edits it makes, and the commands it ends with.
 * docs/extend/README.md describes the notation.
 *
 * @param page file name of the page
 * @param additions complete new files
 * @param edits changes of existing files
 * @param tests what the page's {@code mvn test -Dtest='...'} runs: simple names of classes, or {@code Class#method}
 * @param commands arguments of the page's {@code ./mojave} commands
 */
record Guide(String page, List<Addition> additions, List<Edit> edits, Set<String> tests, List<List<String>> commands) {
    private static final Pattern PATH = Pattern.compile("\\*\\*`([^`]+)`\\*\\*.*");
    private static final Pattern FENCE = Pattern.compile("```\\s*(\\S*).*");
    private static final Pattern TESTS = Pattern.compile("mvn test -Dtest='([A-Za-z0-9,#]+)'");
    private static final Pattern TEST_FILE = Pattern.compile("src/test/java/(?:.*/)?(\\w+Test)\\.java");
    private static final String LAUNCHER = "./mojave ";
    private static final String SEPARATOR = "@@";

    /**
     * A complete new file.
     *
     * @param line number of its first line on the page
     */
    record Addition(String page, int line, String path, List<String> lines) {}

    /**
     * One place in an existing file, as lines of a diff: {@code ' '} context, {@code '-'} removed, {@code '+'} added.
     *
     * @param line number of its first line on the page
     */
    record Edit(String page, int line, String path, List<String> lines) {}

    /** Reads a page. */
    static Guide parse(String page, String markdown) {
        return new Reader(page, markdown.lines().toList()).read();
    }

    /** Returns the paths that the page adds or edits. */
    Set<String> paths() {
        Set<String> paths = new TreeSet<>();
        additions.forEach(addition -> paths.add(addition.path));
        edits.forEach(edit -> paths.add(edit.path));
        return paths;
    }

    /** One pass over the lines of a page. */
    private static final class Reader {
        private final String page;
        private final List<String> lines;
        private final List<Addition> additions = new ArrayList<>();
        private final List<Edit> edits = new ArrayList<>();
        private final Set<String> tests = new TreeSet<>();
        private final List<List<String>> commands = new ArrayList<>();
        private int next;

        Reader(String page, List<String> lines) {
            this.page = page;
            this.lines = lines;
        }

        Guide read() {
            String paragraph = "";
            boolean inParagraph = false;
            while (next < lines.size()) {
                String line = lines.get(next++);
                Matcher fence = FENCE.matcher(line);
                if (fence.matches()) {
                    int first = next + 1;
                    block(fence.group(1), paragraph, first, body());
                    paragraph = "";
                    inParagraph = false;
                } else if (line.isBlank() || line.startsWith("#")) {
                    inParagraph = false;
                } else if (!inParagraph) {
                    paragraph = line;
                    inParagraph = true;
                }
            }
            checkTests();
            return new Guide(page, additions, edits, tests, commands);
        }

        private List<String> body() {
            int start = next;
            while (next < lines.size() && !lines.get(next).equals("```")) {
                next++;
            }
            if (next == lines.size()) {
                throw new GuideException(page, start, "this block has no end");
            }
            return lines.subList(start, next++);
        }

        private void block(String language, String paragraph, int first, List<String> body) {
            Matcher path = PATH.matcher(paragraph);
            boolean named = path.matches();
            if (named && !path.group(1).matches("[\\w-][\\w.-]*(/[\\w-][\\w.-]*)*")) {
                throw new GuideException(page, first, path.group(1) + " is not a path from the root of the repository");
            }
            switch (language) {
                case "diff" -> hunks(named ? path.group(1) : unnamed(first, "diff"), first, body);
                case "sh" -> body.forEach(line -> command(line.strip(), first));
                case "java" ->
                    additions.add(new Addition(page, first, named ? path.group(1) : unnamed(first, "java"), body));
                default -> {
                    if (named) {
                        additions.add(new Addition(page, first, path.group(1), body));
                    }
                }
            }
        }

        private String unnamed(int first, String language) {
            throw new GuideException(
                    page,
                    first,
                    "the paragraph before a " + language
                            + " block must begin with the path of its file: **`src/...`**");
        }

        private void hunks(String path, int first, List<String> body) {
            List<String> hunk = new ArrayList<>();
            int start = first;
            for (int i = 0; i < body.size(); i++) {
                String line = body.get(i);
                if (line.equals(SEPARATOR)) {
                    edits.add(new Edit(page, start, path, List.copyOf(hunk)));
                    hunk.clear();
                    start = first + i + 1;
                } else if (line.isEmpty()) {
                    hunk.add(" "); // editors strip the blank of an empty line of context
                } else if (" -+".indexOf(line.charAt(0)) < 0) {
                    throw new GuideException(page, first + i, "a line of a diff begins with ' ', '-' or '+': " + line);
                } else {
                    hunk.add(line);
                }
            }
            edits.add(new Edit(page, start, path, List.copyOf(hunk)));
        }

        private void command(String line, int first) {
            Matcher named = TESTS.matcher(line);
            if (named.matches()) {
                tests.addAll(List.of(named.group(1).split(",")));
            } else if (line.startsWith(LAUNCHER) && !line.matches(".*[\"'\\\\|<>&;$#].*")) {
                commands.add(List.of(line.substring(LAUNCHER.length()).strip().split(" +")));
            } else if (!line.isEmpty()) {
                throw new GuideException(
                        page,
                        first,
                        "a sh block holds mvn test -Dtest='A,B' and ./mojave commands without quotes or pipes, not "
                                + line);
            }
        }

        private void checkTests() {
            Set<String> brought = new TreeSet<>();
            for (String path : new Guide(page, additions, edits, tests, commands).paths()) {
                Matcher test = TEST_FILE.matcher(path);
                if (test.matches()) {
                    brought.add(test.group(1));
                }
            }
            if (brought.isEmpty()) {
                throw new GuideException(
                        page, 1, "the page brings no test: add or edit a file src/test/java/.../*Test.java");
            }
            tests.forEach(test -> brought.remove(test.replaceAll("#.*", "")));
            if (!brought.isEmpty()) {
                throw new GuideException(page, 1, "mvn test -Dtest='...' of the page must name " + brought + " too");
            }
        }
    }
}
