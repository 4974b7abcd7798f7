package dev.mojave.lab.reproduce;

import dev.mojave.result.Provenance;
import dev.mojave.result.ReproduceResult.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares the conditions of two runs. Identical bits can be expected only if all of them agree. */
final class Circumstances {
    private static final String DIRTY = "-dirty";
    private static final String NOT_RECORDED = "not recorded";
    /** Changes speed, never results. */
    private static final String MALLOC = "malloc";

    private Circumstances() {}

    /** Lists the differences. */
    static List<Difference> differences(Provenance there, Provenance here) {
        List<Difference> found = new ArrayList<>();
        add(found, "commit", commit(there), commit(here));
        if (there.machine().processor() == null || here.machine().processor() == null) {
            found.add(new Difference("processor", processor(there.machine()), processor(here.machine())));
        } else {
            add(
                    found,
                    "processor",
                    there.machine().processorInWords(),
                    here.machine().processorInWords());
        }
        difference("libraries", there.versions(), here.versions()).ifPresent(found::add);
        engine(there.engine(), here.engine()).ifPresent(found::add);
        add(found, "data", there.dataSha256(), here.dataSha256());
        return found;
    }

    /** Returns how two engines differ in settings that can change results. */
    static Optional<Difference> engine(Map<String, String> there, Map<String, String> here) {
        Map<String, String> a = new TreeMap<>(there);
        Map<String, String> b = new TreeMap<>(here);
        a.remove(MALLOC);
        b.remove(MALLOC);
        return difference("engine", a, b);
    }

    /** Returns whether the commit does not fully identify the code that ran. */
    static boolean uncommitted(Provenance provenance) {
        return provenance.commit().endsWith(DIRTY) || !provenance.commit().matches("[0-9a-f]{7,40}");
    }

    private static String commit(Provenance provenance) {
        return provenance.commit() + " (" + provenance.mojaveVersion() + ")";
    }

    private static String processor(Provenance.Machine machine) {
        return machine.processor() == null ? machine.cpu() + ", kind " + NOT_RECORDED : machine.processorInWords();
    }

    private static void add(List<Difference> found, String what, String there, String here) {
        if (!there.equals(here)) {
            found.add(new Difference(what, there, here));
        }
    }

    /** Returns the keys whose values differ, with their values. */
    private static Optional<Difference> difference(String what, Map<String, String> there, Map<String, String> here) {
        TreeSet<String> keys = new TreeSet<>(there.keySet());
        keys.addAll(here.keySet());
        keys.removeIf(key -> there.getOrDefault(key, "").equals(here.getOrDefault(key, "")));
        return keys.isEmpty()
                ? Optional.empty()
                : Optional.of(new Difference(what, words(keys, there), words(keys, here)));
    }

    private static String words(Set<String> keys, Map<String, String> values) {
        List<String> words = keys.stream()
                .map(key -> key + " " + values.getOrDefault(key, NOT_RECORDED))
                .toList();
        return String.join(", ", words);
    }
}
