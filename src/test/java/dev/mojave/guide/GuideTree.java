package dev.mojave.guide;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Applies pages to a copy of the sources, all of them to the same original: two pages must not change the same lines. */
final class GuideTree {
    /** Lines {@code from} to {@code to} (exclusive) of the original become others. */
    private record Change(Guide.Edit edit, int from, int to, List<String> added) {
        boolean sameAs(Change other) {
            return from == other.from && to == other.to && added.equals(other.added);
        }

        boolean collidesWith(Change later) {
            return later.from < to || later.from == from;
        }
    }

    private final Path root;

    GuideTree(Path root) {
        this.root = root;
    }

    /** Applies the named pages to the checkout in the current folder. */
    public static void main(String[] pages) throws IOException {
        List<Guide> guides = new ArrayList<>();
        for (String page : pages) {
            guides.add(Guide.parse(page, Files.readString(Path.of("docs", "extend", page))));
        }
        new GuideTree(Path.of("")).apply(guides);
    }

    /** Makes all changes of all pages, or fails before the first where one of them does not fit. */
    void apply(List<Guide> guides) throws IOException {
        Map<String, String> written = new TreeMap<>();
        for (Guide guide : guides) {
            for (Guide.Addition addition : guide.additions()) {
                if (Files.exists(root.resolve(addition.path()))) {
                    throw new GuideException(
                            addition.page(),
                            addition.line(),
                            addition.path() + " exists already: show the edit as a diff");
                }
                if (written.put(addition.path(), text(addition.lines())) != null) {
                    throw new GuideException(
                            addition.page(), addition.line(), addition.path() + " is added by two blocks or pages");
                }
            }
        }
        Map<String, List<Guide.Edit>> edits = new TreeMap<>();
        for (Guide guide : guides) {
            for (Guide.Edit edit : guide.edits()) {
                edits.computeIfAbsent(edit.path(), _ -> new ArrayList<>()).add(edit);
            }
        }
        for (Map.Entry<String, List<Guide.Edit>> entry : edits.entrySet()) {
            written.put(entry.getKey(), edited(entry.getKey(), entry.getValue()));
        }
        for (Map.Entry<String, String> entry : written.entrySet()) {
            Path file = root.resolve(entry.getKey());
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            Files.writeString(file, entry.getValue());
        }
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    private String edited(String path, List<Guide.Edit> edits) throws IOException {
        Guide.Edit first = edits.getFirst();
        if (!Files.isRegularFile(root.resolve(path))) {
            throw new GuideException(first.page(), first.line(), "there is no file " + path);
        }
        List<String> original = Files.readAllLines(root.resolve(path));
        List<Change> changes = new ArrayList<>();
        for (Guide.Edit edit : edits) {
            changes.addAll(changes(edit, original));
        }
        changes.sort(Comparator.comparingInt(Change::from).thenComparingInt(Change::to));
        List<String> result = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            if (i > 0 && change.sameAs(changes.get(i - 1))) {
                continue; // two pages import the same class
            }
            if (i > 0 && changes.get(i - 1).collidesWith(change)) {
                Guide.Edit other = changes.get(i - 1).edit;
                throw new GuideException(
                        change.edit.page(),
                        change.edit.line(),
                        path + ": docs/extend/" + other.page() + ":" + other.line()
                                + " changes the same lines, from line " + (change.from + 1));
            }
            result.addAll(original.subList(at, change.from));
            result.addAll(change.added);
            at = change.to;
        }
        result.addAll(original.subList(at, original.size()));
        return text(result);
    }

    /** Returns the changes of one edit, each a run of removed and added lines. */
    private static List<Change> changes(Guide.Edit edit, List<String> original) {
        List<Change> changes = new ArrayList<>();
        int at = position(edit, original);
        int from = at;
        List<String> added = new ArrayList<>();
        for (String line : edit.lines()) {
            if (line.charAt(0) == '+') {
                added.add(line.substring(1));
            } else if (line.charAt(0) == '-') {
                at++;
            } else {
                if (at > from || !added.isEmpty()) {
                    changes.add(new Change(edit, from, at, List.copyOf(added)));
                    added.clear();
                }
                at++;
                from = at;
            }
        }
        if (at > from || !added.isEmpty()) {
            changes.add(new Change(edit, from, at, List.copyOf(added)));
        }
        if (changes.isEmpty()) {
            throw new GuideException(edit.page(), edit.line(), "this diff of " + edit.path() + " changes nothing");
        }
        return changes;
    }

    /** Returns the only place in the file where the context and the removed lines stand. */
    private static int position(Guide.Edit edit, List<String> original) {
        List<String> before = edit.lines().stream()
                .filter(line -> line.charAt(0) != '+')
                .map(line -> line.substring(1))
                .toList();
        if (before.isEmpty()) {
            throw new GuideException(
                    edit.page(), edit.line(), "a diff needs a line of context, or one that it removes");
        }
        List<Integer> found = new ArrayList<>();
        int most = 0;
        for (int at = 0; at < original.size(); at++) {
            int matching = 0;
            while (matching < before.size()
                    && at + matching < original.size()
                    && before.get(matching).equals(original.get(at + matching))) {
                matching++;
            }
            most = Math.max(most, matching);
            if (matching == before.size()) {
                found.add(at);
            }
        }
        if (found.isEmpty()) {
            throw new GuideException(
                    edit.page(),
                    edit.line(),
                    edit.path() + " has no such lines (any more), from: "
                            + before.get(most).strip());
        }
        if (found.size() > 1) {
            throw new GuideException(
                    edit.page(),
                    edit.line(),
                    edit.path() + " has these lines " + found.size() + " times: add lines of context");
        }
        return found.getFirst();
    }
}
