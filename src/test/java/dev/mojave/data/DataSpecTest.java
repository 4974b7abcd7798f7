package dev.mojave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Yaml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataSpecTest {
    private static DataSpec read(String yaml) {
        return Records.read(Yaml.parse(yaml, "r.yaml"), DataSpec.class, "r.yaml", "data");
    }

    @Test
    void absentKeysTakeDefaultsThatArePrinted() {
        DataSpec embedded = read("source: embedded");
        assertThat(embedded).isEqualTo(DataSpec.of("embedded"));
        assertThat(Records.tree(embedded))
                .hasToString(
                        "{\"source\":\"embedded\",\"tokenizer\":\"byte\",\"validation\":{\"documents\":0.05},"
                                + "\"test\":{\"documents\":0.0},\"split_seed\":0,\"document_separator\":true,\"lowercase\":false}");
        assertThat(read("source: a.txt").validation()).isEqualTo(HeldOut.tail(0.1));
        assertThat(read("source: a.txt").test()).isEqualTo(HeldOut.tail(0));
    }

    @Test
    void everyKeyIsReadAndWritten() {
        DataSpec spec = read(
                "{source: news.csv, tokenizer: gpt2, validation: {documents: 0.1}, test: {documents: 0.2},"
                        + " split_seed: 7, document_separator: false, text_field: 'title, description', category_field: class}");
        assertThat(spec.validation()).isEqualTo(HeldOut.documents(0.1));
        assertThat(spec.splitSeed()).isEqualTo(7);
        assertThat(spec.textField()).hasValue("title, description");
        assertThat(Records.read(Records.tree(spec), DataSpec.class, "again", "data"))
                .isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tokenizer: byte                                              | data.source: is required
            source: ''                                                   | data.source is empty; give embedded
            {source: a, tokenizer: ' '}                                  | data.tokenizer is empty
            {source: a, sauce: b}                                        | data.sauce: unknown key; did you mean 'source'?
            {source: a, validation: {tail: 1.0}}                         | data.validation: tail: 1.0 is not a fraction
            {source: a, validation: {tail: -0.1}}                        | at least 0 and below 1
            {source: a, validation: {tail: 0.1, documents: 0.1}}         | expected one of {tail: F}
            {source: a, validation: {tale: 0.1}}                         | data.validation: unknown key 'tale'; known: tail, documents; did you mean 'tail'?
            {source: a, validation: {tail: 0.1}, test: {documents: 0.1}} | data.validation holds out tail and data.test holds out documents
            {source: a, validation: {tail: 0.6}, test: {tail: 0.4}}      | leave nothing to train on
            {source: a, split_seed: many}                                | data.split_seed: expected a whole number
            {source: a, document_separator: 1}                           | data.document_separator: expected true or false
            """)
    void aBrokenRuleNamesTheKey(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageStartingWith("r.yaml: data")
                .hasMessageContaining(message);
    }
}
