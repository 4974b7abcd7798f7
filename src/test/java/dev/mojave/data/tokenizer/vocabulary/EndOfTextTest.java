package dev.mojave.data.tokenizer.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.TokenizerFiles;
import dev.mojave.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndOfTextTest {
    private static final String DEEP = "<\uff5cend\u2581of\u2581sentence\uff5c>";

    @TempDir
    Path folder;

    /** The token with the well-known name is 256, the other 259. */
    private Path file(String contentOf256) throws IOException {
        String json = TokenizerFiles.byteLevel().replace("<|endoftext|>", contentOf256);
        String second = json.replace(
                "\"added_tokens\":[",
                "\"added_tokens\":[{\"id\":259,\"content\":\"" + DEEP
                        + "\",\"special\":true,\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false},");
        return Files.writeString(folder.resolve("tokenizer.json"), second);
    }

    private void config(String content) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), content);
    }

    @Test
    void aKnownNameIsTheGuess() throws Exception {
        Tokenizer tokenizer = Tokenizers.read(file("<|endoftext|>"));
        assertThat(tokenizer.endOfText()).hasValue(256);
        assertThat(Tokenizers.namedEnd(tokenizer)).isEmpty();
        assertThat(Tokenizers.config(tokenizer)).isEmpty();
        assertThat(Tokenizers.read(file("<other>")).endOfText()).isEmpty();
    }

    @Test
    void aNameFromTheUserTakesPrecedence() throws Exception {
        config("{\"eos_token\": \"<|endoftext|>\"}");
        Tokenizer tokenizer = Tokenizers.read(file("<|endoftext|>"), Optional.of(DEEP));
        assertThat(tokenizer.endOfText()).hasValue(259);
        assertThat(tokenizer.decode(259)).isEmpty();
        assertThat(tokenizer.byteLength(259)).isZero();
        assertThat(Tokenizers.namedEnd(tokenizer)).hasValue(DEEP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"%s\"", "{\"content\": \"%s\", \"lstrip\": false, \"__type\": \"AddedToken\"}"})
    void theConfigInTheSameFolderNamesIt(String form) throws Exception {
        config("{\"bos_token\": \"x\", \"eos_token\": " + form.replace("%s", DEEP) + "}");
        Tokenizer tokenizer = Tokenizers.read(file("<|endoftext|>"));
        assertThat(tokenizer.endOfText()).hasValue(259);
        assertThat(Tokenizers.namedEnd(folder.resolve("tokenizer.json"), Optional.empty()))
                .hasValue(DEEP);
        // The configuration written next to a copy names it again.
        Path copy = Files.createDirectory(folder.resolve("copy"));
        Files.writeString(copy.resolve("tokenizer.json"), tokenizer.toJson());
        Files.writeString(
                copy.resolve(Tokenizers.CONFIG), Tokenizers.config(tokenizer).orElseThrow());
        assertThat(Tokenizers.read(copy.resolve("tokenizer.json")).endOfText()).hasValue(259);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"eos_token\": null}", "{\"eos_token\": 7}", "{\"eos_token\": \"</s>\"}"})
    void aConfigThatNamesNoneOfTheTokensChangesNothing(String content) throws Exception {
        config(content);
        assertThat(Tokenizers.read(file("<|endoftext|>")).endOfText()).hasValue(256);
    }

    @Test
    void aDamagedConfigIsNamed() throws Exception {
        config("{\"eos_token\": ");
        Path file = file("<|endoftext|>");
        assertThatThrownBy(() -> Tokenizers.read(file))
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll(
                        "tokenizer_config.json, which may name the end-of-text token", "correct or remove it");
    }

    @Test
    void aTokenThatIsNotThereIsRefused() throws Exception {
        Path file = file("<other>");
        assertThatThrownBy(() -> Tokenizers.read(file, Optional.of("</s>")))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage("data.end_of_text: '</s>' is not an added token of " + file + "; it has '" + DEEP
                        + "', '<other>'");
        Path own = Files.writeString(folder.resolve("own.json"), new ByteTokenizer(true).toJson());
        assertThatThrownBy(() -> Tokenizers.read(own, Optional.of("</s>")))
                .hasMessageContaining("whose texts end with <|endoftext|>; leave the key out");
        assertThat(Tokenizers.read(own, Optional.of("<|endoftext|>")).endOfText())
                .hasValue(256);
    }
}
