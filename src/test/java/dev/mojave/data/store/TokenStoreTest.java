package dev.mojave.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.files.Folders;
import dev.mojave.data.DataSpec;
import dev.mojave.data.DataSpecs;
import dev.mojave.data.catalog.Datasets;
import dev.mojave.data.catalog.PreparedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenStoreTest {
    @TempDir
    Path folder;

    private Path home = Path.of("unset");
    private DataSpec spec = DataSpec.of("unset");

    @BeforeEach
    void source() throws IOException {
        home = folder.resolve("home");
        spec = DataSpec.of(Files.writeString(folder.resolve("sea.txt"), "the sea, the sea\n".repeat(200))
                .toString());
    }

    private Path build() {
        try (PreparedData data = new Datasets(home, 1000).open(spec, Progress.SILENT)) {
            return data.folder();
        }
    }

    private Set<String> stores() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("stores"))) {
            return files.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train-00000.bin",
                "train-00003.bin",
                "validation-00000.bin",
                "train-documents.bin",
                "tokenizer.json"
            })
    void aFlippedBitIsFoundAndTheFileNamed(String name) throws IOException {
        Path store = build();
        Path file = store.resolve(name);
        FileTime time = Files.getLastModifiedTime(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, time);
        assertDamaged(store, name + " has changed: SHA-256");
    }

    @Test
    void aMissingOrShortFileIsNamed() throws IOException {
        Path store = build();
        Path shard = store.resolve("train-00001.bin");
        byte[] bytes = Files.readAllBytes(shard);
        Files.write(shard, java.util.Arrays.copyOf(bytes, 1999));
        assertDamaged(store, "train-00001.bin has 1999 bytes and should have 2000");
        Files.delete(shard);
        assertDamaged(store, "train-00001.bin is missing");
        Files.delete(store.resolve("manifest.json"));
        assertThatThrownBy(this::build)
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContainingAll("manifest.json does not exist", "rm -r", "built again");
    }

    private void assertDamaged(Path store, String what) {
        assertThatThrownBy(this::build)
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContainingAll(store.toString(), "is damaged", what, "rm -r '" + store + "'", "built again");
    }

    @Test
    void theRemedyWorks() throws IOException {
        Path store = build();
        Files.delete(store.resolve("test-00000.bin"));
        Folders.delete(store);
        assertThat(build()).isEqualTo(store);
    }

    @Test
    void aLargeStoreIsVerifiedOncePerState() throws IOException {
        Path store = build();
        TokenStore.open(store, 0).close();
        assertThat(store.resolve("verified.json")).exists();
        Path shard = store.resolve("train-00000.bin");
        FileTime time = Files.getLastModifiedTime(shard);
        byte[] bytes = Files.readAllBytes(shard);
        bytes[3] ^= 1;
        Files.write(shard, bytes);
        Files.setLastModifiedTime(shard, time);
        TokenStore.open(store, 0).close();
        Files.setLastModifiedTime(shard, FileTime.fromMillis(time.toMillis() + 5000));
        assertThatThrownBy(() -> TokenStore.open(store, 0)).hasMessageContaining("train-00000.bin has changed");
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        Path manifest = build().resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"version\" : 1", "\"version\" : 9"));
        assertThatThrownBy(this::build)
                .hasMessageContaining("it has format version 9, but this version of Mojave reads 1");
    }

    @Test
    void severalAtOnceBuildItOnce() throws Exception {
        AtomicInteger builds = new AtomicInteger();
        Progress counting = new Progress() {
            @Override
            public void start(String title, long total, String unit) {
                if (title.startsWith("Encoding")) {
                    builds.incrementAndGet();
                }
            }

            @Override
            public void update(long done, String detail) {}

            @Override
            public void finish(String summary) {}

            @Override
            public void say(String line) {}
        };
        Callable<Path> open = () -> {
            try (PreparedData data = new Datasets(home).open(spec, counting)) {
                assertThat(data.train().tokens()).isEqualTo(3060);
                return data.folder();
            }
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<Path> store : threads.invokeAll(List.of(open, open, open, open))) {
                assertThat(store.get()).isDirectory();
            }
        }
        assertThat(builds).hasValue(1);
    }

    @Test
    void whatAKilledProcessLeftIsRemoved() throws IOException {
        Path store = build();
        Folders.delete(store);
        Path left = Files.createDirectories(home.resolve("stores").resolve("." + store.getFileName() + ".building123"));
        Files.writeString(left.resolve("train-00000.bin"), "half");
        build();
        assertThat(stores())
                .containsExactlyInAnyOrder("." + store.getFileName() + ".lock", String.valueOf(store.getFileName()));
    }

    @Test
    void aFailedBuildLeavesNothing() throws IOException {
        byte[] bytes = "good text\n".repeat(9000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        bytes[80_000] = (byte) 0xc3;
        spec = DataSpecs.of("source: %s, validation: {tail: 0}", Files.write(folder.resolve("bad.txt"), bytes));
        assertThatThrownBy(this::build)
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContainingAll("bad.txt is not UTF-8", "byte 80000 (0xc3) on line 8001");
        assertThat(stores()).allMatch(name -> name.endsWith(".lock"));
    }

    @Test
    void aHomeThatIsAFileIsNamed() throws IOException {
        home = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(this::build)
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll("MOJAVE_HOME", home.toString());
    }

    @Test
    void aSplitThatLeavesNothingIsExplained() throws IOException {
        spec = DataSpecs.of("source: %s, validation: {documents: 0.1}", spec.source());
        assertThatThrownBy(this::build)
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContaining("1 document")
                .hasMessageContaining("sea.txt");
    }

    @Test
    void anUnknownCategoryNumberNeverArises() {
        try (PreparedData data = new Datasets(home).open(spec, Progress.SILENT)) {
            assertThat(data.train().category(17)).isEmpty();
            assertThat(data.train().words()).isEqualTo(4 * 180);
            assertThat(data.train().name()).isEqualTo("train");
            assertThat(data.test().tokens()).isZero();
        }
    }
}
