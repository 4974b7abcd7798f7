package dev.mojave.data.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.data.source.TextSource;
import dev.mojave.data.store.TextCounter;
import dev.mojave.data.tokenizer.BytePairTokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningTextTest {
    private static final List<String> WORDS = List.of(
            "a", "don't", "\n\n", " ", "   ", "\t", "漢字", "\uD83D\uDE80", "1984", "...", "\r\n", "\u00a0", "end.\n");

    @TempDir
    Path folder;

    private static String random(long seed, int words) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(WORDS.get(random.nextInt(WORDS.size())));
        }
        return text.toString();
    }

    @Test
    void piecesJoinToTheTextAndTokenizeAsTheWhole() throws IOException {
        for (int seed = 0; seed < 40; seed++) {
            String text = random(seed, 200);
            Path file = Files.writeString(folder.resolve("t" + seed), text);
            List<DocumentPart> parts = new ArrayList<>();
            try (TextSource source = TextSource.open(file)) {
                RunningText.read(source, "g", parts::add, 40 + seed);
            }
            assertThat(parts.stream().map(DocumentPart::text).reduce("", String::concat))
                    .isEqualTo(text);
            assertThat(parts.getFirst().first()).isTrue();
            assertThat(parts.getLast().last()).isTrue();
            assertThat(parts.stream().filter(DocumentPart::first)).hasSize(1);
            assertThat(parts.stream().filter(DocumentPart::last)).hasSize(1);
            int[] pieces = parts.stream()
                    .flatMapToInt(part -> IntStream.of(BytePairTokenizer.gpt2().encode(part.text())))
                    .toArray();
            assertThat(pieces)
                    .as("seed %d", seed)
                    .isEqualTo(BytePairTokenizer.gpt2().encode(text));
        }
    }

    @Test
    void textWithoutSpacesIsCutBetweenCharacters() throws IOException {
        String text = "\uD83D\uDE80".repeat(100);
        Path file = Files.writeString(folder.resolve("rockets"), text);
        for (int size = 5; size < 9; size++) {
            List<String> parts = new ArrayList<>();
            try (TextSource source = TextSource.open(file)) {
                RunningText.read(source, "g", part -> parts.add(part.text()), size);
            }
            assertThat(String.join("", parts)).isEqualTo(text);
            assertThat(parts).allMatch(part -> part.length() % 2 == 0);
        }
    }

    @Test
    void anyReadSizeGivesTheSameCharacters() throws IOException {
        String text = "\uFEFF" + random(1, 30_000);
        Path file = Files.writeString(folder.resolve("long"), text);
        Random random = new Random(2);
        StringBuilder read = new StringBuilder();
        try (TextSource source = TextSource.open(file)) {
            char[] buffer = new char[64];
            for (int n = 0; n >= 0; n = source.read(buffer, 1, random.nextInt(5))) {
                read.append(buffer, 1, n);
            }
        }
        assertThat(read).hasToString(text.substring(1));
        try (BufferedReader lines = new BufferedReader(TextSource.open(file), 7)) {
            assertThat(lines.lines().toList())
                    .isEqualTo(text.substring(1).lines().toList());
        }
    }

    @Test
    void countsAgreeWithTheLibrary() {
        for (int seed = 0; seed < 20; seed++) {
            String text = random(seed, 300).replace('\u00a0', ' ');
            TextCounter counter = new TextCounter();
            counter.count(text);
            assertThat(counter.characters()).isEqualTo(text.codePointCount(0, text.length()));
            assertThat(counter.bytes()).isEqualTo(text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length);
            assertThat(counter.words())
                    .isEqualTo(Arrays.stream(text.split("\\s+", -1))
                            .filter(w -> !w.isEmpty())
                            .count());
        }
    }
}
