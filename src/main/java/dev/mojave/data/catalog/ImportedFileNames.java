package dev.mojave.data.catalog;

import dev.mojave.data.source.SourceFile;
import dev.mojave.data.source.TextFormat;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Chooses the names of an import's copies: the original name if it is valid and distinct on every file system, otherwise a plain ASCII
 * name.
 *
 * <p>On Linux a file name is a sequence of bytes, and bytes that are not UTF-8 are decoded as U+FFFD; on macOS and Windows, names that
 * differ only in case or in the composition of an accent name the same file. Different originals could therefore get the same copy.
 */
final class ImportedFileNames {
    private static final int LONGEST = 100;
    private static final char UNREADABLE = '\uFFFD';

    /** Names of the copies and of their folders, as a case-insensitive file system compares them. */
    private final Set<String> files = new HashSet<>();

    private final Set<String> folders = new HashSet<>();

    private ImportedFileNames() {}

    /** Returns the same files in the same order, with names that are distinct on every file system. */
    static List<SourceFile> distinct(List<SourceFile> sources) {
        ImportedFileNames taken = new ImportedFileNames();
        List<SourceFile> named = new ArrayList<>(sources);
        List<Integer> others = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            if (!taken.take(sources.get(i).name())) {
                others.add(i);
            }
        }
        for (int i : others) {
            SourceFile source = sources.get(i);
            named.set(i, new SourceFile(source.path(), taken.plain(source.name())));
        }
        return named;
    }

    private boolean take(String name) {
        if (!readable(name)) {
            return false;
        }
        String key = Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
        List<String> parents = new ArrayList<>();
        for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
            parents.add(key.substring(0, slash));
        }
        if (folders.contains(key) || parents.stream().anyMatch(files::contains) || !files.add(key)) {
            return false;
        }
        folders.addAll(parents);
        return true;
    }

    /** Returns an unused ASCII name without folders, with the extension that decides the format. */
    private String plain(String name) {
        String ascii = name.replaceAll("[^A-Za-z0-9._-]", "_");
        // Compressed files keep both extensions, such as .jsonl.gz.
        int dot = TextFormat.unpacked(ascii).lastIndexOf('.');
        String stem = dot < 0 ? ascii : ascii.substring(0, dot);
        String ending = dot < 0 ? "" : ascii.substring(dot);
        if (ending.length() > LONGEST) {
            ending = "";
        }
        stem = stem.substring(0, Math.min(stem.length(), LONGEST));
        String candidate = stem + ending;
        for (int i = 2; !take(candidate); i++) {
            candidate = stem + "-" + i + ending;
        }
        return candidate;
    }

    /** Whether a name has no replaced bytes and no lone surrogate, which Windows allows. */
    private static boolean readable(String name) {
        return name.indexOf(UNREADABLE) < 0
                && name.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
