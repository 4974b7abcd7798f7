package dev.mojave.data.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.files.Hashes;
import dev.mojave.data.format.DocumentPart;
import dev.mojave.data.store.TextCounter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EmbeddedCorpusTest {
    @Test
    void itsInfoMatchesItsContent() {
        MessageDigest digest = Hashes.sha256();
        TextCounter counter = new TextCounter();
        Map<String, Long> categories = new TreeMap<>();
        Set<String> groups = new HashSet<>();
        new EmbeddedCorpus().read(part -> {
            assertThat(part.first() && part.last()).isTrue();
            counter.breakWord();
            counter.count(part.text());
            categories.merge(part.category(), 1L, Long::sum);
            groups.add(part.group());
            digest.update((part.text() + "\n").getBytes(StandardCharsets.UTF_8));
        });
        DatasetInfo info = EmbeddedCorpus.info();
        assertThat(Hashes.hex(digest)).isEqualTo(info.sha256());
        assertThat(groups).hasSize((int) info.documents());
        assertThat(categories).isEqualTo(info.categories());
        assertThat(counter.bytes()).isEqualTo(info.bytes());
        assertThat(counter.characters()).isEqualTo(info.characters());
        assertThat(counter.words()).isEqualTo(info.words());
    }

    @Test
    void aSynsetIsRenderedWithItsLemmasAndWithoutMarkers() {
        DocumentPart part = EmbeddedCorpus.document(
                "00014490 00 s 03 galore(ip) 0 ready_and_willing 0 a(p) 0 001 & 00013887 a 0000 | in great numbers;"
                        + " \"daffodils galore\"  ",
                "adjective");
        assertThat(part.text()).isEqualTo("galore, ready and willing, a: in great numbers; \"daffodils galore\"");
        assertThat(part.group()).isEqualTo("adjective/00014490");
        assertThat(part.category()).isEqualTo("adjective");
    }
}
