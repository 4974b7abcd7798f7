package dev.mojave.data.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Failure;
import dev.mojave.base.Locales;
import dev.mojave.data.catalog.Imports;
import dev.mojave.data.corpus.DatasetInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables: which rows are refused, with their line, what the user is asked, and which text is left unchanged. */
class CsvRowsTest {
    @TempDir
    Path folder;

    private Imports imports = new Imports(Path.of("unset"));

    @BeforeEach
    void imports() {
        imports = new Imports(folder);
    }

    private static String rows(int count, java.util.function.IntFunction<String> row) {
        return IntStream.range(0, count).mapToObj(row).collect(Collectors.joining("\n", "", "\n"));
    }

    @Test
    void aRowWithMoreCellsThanTheHeaderIsRefusedWithItsLine() throws IOException {
        Path file = imports.write("reviews.csv", "text,label\ngood,pos\n\"over\ntwo lines\",pos\nYes, it is,pos\n");
        imports.refused(
                Failure.Kind.DATA,
                file,
                file + " line 5 has 3 cells",
                "the header has 2 [text, label]",
                "expected 2, saw 3",
                "quotation marks");
        Path over = imports.write("over.csv", "text,label\ngood,pos\n\"a, b\nc\",pos,more\n");
        imports.refused(Failure.Kind.DATA, over, "over.csv line 3 has 3 cells");
        Path bare = imports.write("bare.csv", "1,a,b\n1,c, d,e\n");
        imports.refused(Failure.Kind.DATA, bare, "bare.csv line 2 has 4 cells, but the first row has 3");
        Path tabs = imports.write("reviews.tsv", "text\tlabel\na\tb\tpos\n");
        imports.refused(Failure.Kind.DATA, tabs, "reviews.tsv line 2 has 3 cells", "--quote");
        // In a recipe as well as at import.
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> imports.documents(file.toString())))
                .hasMessageContaining("line 5 has 3 cells");
    }

    /** Excel writes and reads such a line before the header. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sep=;\ntext;label\na, b;pos\n",
                "sep=;\r\ntext;label\r\na, b;pos",
                "SEP=;\ntext;label\na, b;pos\n",
                "\"sep=;\"\r\ntext;label\r\na, b;pos\r\n",
                "\uFEFFsep=;\ntext;label\na, b;pos\n",
                "sep=\t\ntext\tlabel\na, b\tpos\n",
                "sep=|\ntext|label\n\"a, b\"|pos\n"
            })
    void theLineThatNamesTheSeparatorIsNotARow(String content) throws IOException {
        Path file = imports.write("excel.csv", content);
        assertThat(imports.texts(file)).containsExactly("a, b");
        assertThat(imports.documents("set").getFirst().category()).isEqualTo("pos");
    }

    @Test
    void aHeaderInTheMiddleIsSaid() throws IOException {
        Path file = imports.write("two.csv", "text,label\na,x\n\uFEFFtext,label\nb,y\ntext,z\n");
        assertThat(imports.add(file).notes())
                .contains("1 row repeats the header, as in concatenated tables, and was read as text, the first at "
                        + file + " line 3");
    }

    @Test
    void theLineThatNamesTheSeparatorCountsAsALine() throws IOException {
        Path more = imports.write("more.csv", "sep=;\ntext;label\na;b;pos\n");
        imports.refused(Failure.Kind.DATA, more, "more.csv line 3 has 3 cells");
        Path open = imports.write("open.csv", "sep=;\ntext;label\na;pos\n\"b;pos\n");
        imports.refused(Failure.Kind.DATA, open, "open.csv line 4 is not CSV");
        // A separator that the user names takes precedence over the file's; the line is still not a row.
        Path file = imports.write("given.csv", "sep=,\ntext;label\na, b;pos\n");
        assertThat(imports.delimiter(";").texts(file)).containsExactly("a, b");
        // These are rows: a name that only begins like the line, and a file of two short columns.
        Path rows = imports.write("rows.csv", "sep=;;,text\n1,a\n");
        assertThat(imports.text("text").texts(rows)).containsExactly("a");
        Path none = imports.write("none.csv", "sep=;");
        imports.refused(Failure.Kind.DATA, none, "none.csv");
    }

    @Test
    void anotherSeparatorIsAskedAndReadWhereItIsNamed() throws IOException {
        Path excel = imports.write("excel.csv", "text;label\nYes, it is;pos\n\"a;b\";neg\n");
        imports.refused(
                Failure.Kind.USAGE,
                excel,
                excel + ": its first row is a single cell, [text;label], that contains ';'",
                "instead of commas",
                "--delimiter ';'",
                "only one column, import it with --delimiter ','");
        assertThat(imports.delimiter(";").texts(excel)).containsExactly("Yes, it is", "a;b");
        Path more = imports.write("more.csv", "text;label\na;b;pos\n");
        imports.delimiter(";")
                .refused(Failure.Kind.DATA, more, "line 2 has 3 cells", "around a text that contains ';'");
        Path tabs = imports.write("tabs.csv", "text\tlabel\na, b\tpos\n");
        imports.refused(Failure.Kind.USAGE, tabs, "that contains '\\t'", "--delimiter '\\t'");
        assertThat(imports.delimiter("\t").texts(tabs)).containsExactly("a, b");
        Path commas = imports.write("commas.tsv", "text,label\na,pos\n");
        imports.refused(Failure.Kind.USAGE, commas, "instead of tabs", "--delimiter ','", "--delimiter '\\t'");
        assertThat(imports.delimiter(",").texts(commas)).containsExactly("a");
        // A single column, named by the user or evident from the file.
        Path one = imports.write("one.csv", "to be; or not\nthat is; the question\n");
        imports.refused(Failure.Kind.USAGE, one, "--delimiter ','");
        assertThat(imports.text("1").texts(one)).containsExactly("to be; or not", "that is; the question");
        Path named = imports.write("named.csv", "text\nthat is; the question\n");
        assertThat(imports.texts(named)).containsExactly("that is; the question");
    }

    @Test
    void aRowWithFewerCellsIsReadIfItsTextIsThereAndCounted() throws IOException {
        Path file = imports.write("short.csv", "text,label,source\na,pos,web\nb,neg\n");
        DatasetInfo info = imports.add(file);
        assertThat(info.documents()).isEqualTo(2);
        assertThat(info.notes())
                .containsExactly("1 row has fewer cells than the header, the first at " + file + " line 3");
    }

    @Test
    void inTsvALineIsARowAndMarksAndSpacesStay() throws Exception {
        Path file = imports.write(
                "lines.tsv",
                "text\tlabel\n\"Second starts with a mark\tplain\n  spaces \tplain\nFourth ends\"\tplain\n");
        assertThat(imports.texts(file)).containsExactly("\"Second starts with a mark", "  spaces ", "Fourth ends\"");
        Path quoted = imports.write("quoted.tsv", "text\tlabel\n\"a \"\"b\"\"\tc\"\tplain\n");
        imports.refused(Failure.Kind.DATA, quoted, "line 2 has 3 cells");
        assertThat(imports.quote(true).texts(quoted)).containsExactly("a \"b\"\tc");
        Path marks = imports.write("marks.csv", "text,label\n\"Starts with a mark,plain\n  is plain,plain\n");
        imports.refused(Failure.Kind.DATA, marks, "marks.csv line 2 is not CSV", "never closed", "--no-quote");
        for (String language : Locales.TAGS) {
            Locales.under(language, () -> {
                imports.refused(Failure.Kind.DATA, marks, "marks.csv line 2 is not CSV", "never closed");
                return language;
            });
        }
        assertThat(imports.quote(false).texts(marks)).containsExactly("\"Starts with a mark", "  is plain");
    }

    @Test
    void rowsOverLineEndsAreReported() throws IOException {
        Path file = imports.write("over.csv", "text,label\na,x\n\"b\nc\",x\n");
        assertThat(imports.add(file).notes())
                .containsExactly(
                        "1 row spans several lines inside quotation marks, the first starting at " + file + " line 3");
    }

    @Test
    void aColumnThatCountsRowsIsNotTakenForTheCategory() throws IOException {
        Path file = imports.write("rows.csv", rows(5, i -> i + ",sentence " + i));
        imports.refused(
                Failure.Kind.USAGE,
                file,
                "is column 1 the category?",
                "numbers the rows",
                "--text-field 2",
                "--category-field 1");
        assertThat(imports.text("2").texts(file)).hasSize(5).startsWith("sentence 0");
        assertThat(imports.text("2").category("1").add(file).categories()).hasSize(5);
        Path last = imports.write("last.csv", rows(5, i -> "sentence " + i + "," + (i + 1)));
        imports.refused(Failure.Kind.USAGE, last, "is column 2 the category?", "--text-field 1");
    }

    @Test
    void aCategoryThatHardlyRepeatsIsAskedAbout() throws IOException {
        Path numbers = imports.write("numbers.csv", rows(30, i -> (i * i + 7) + ",sentence " + i));
        imports.refused(Failure.Kind.USAGE, numbers, "has 30 different values in 30 rows");
        Path named = imports.write("named.csv", "text,label\n" + rows(30, i -> "sentence " + i + ",0." + i));
        imports.refused(
                Failure.Kind.USAGE,
                named,
                "is 'label' the category?",
                "30 different values",
                "--category-field label",
                "--no-category");
        assertThat(imports.noCategory().add(named).categories()).isEmpty();
        assertThat(imports.category("label").add(named).categories()).hasSize(30);
        // It is noticed early, not at the end of a large file.
        Path large =
                imports.write("large.csv", "text,label\n" + rows(1200, i -> "s" + i + ",l" + i) + "too,many,cells\n");
        imports.refused(Failure.Kind.USAGE, large, "1000 different values in 1000 rows");
        Path fine = imports.write("fine.csv", rows(30, i -> (i % 4 + 1) + ",title " + i + ",text " + i));
        assertThat(imports.add(fine).categories()).isEqualTo(Map.of("1", 8L, "2", 8L, "3", 7L, "4", 7L));
    }

    @Test
    void theHeaderThatPandasWritesIsAskedAbout() throws IOException {
        Path file = imports.write("pandas.csv", "0,1\nfirst sentence,pos\nsecond sentence,neg\n");
        imports.refused(Failure.Kind.USAGE, file, "is its first row [0, 1] a header", "--header or --no-header");
        Imports named = imports.header(true).text("0").category("1");
        assertThat(named.texts(file)).containsExactly("first sentence", "second sentence");
        assertThat(named.add(file).categories()).isEqualTo(Map.of("pos", 1L, "neg", 1L));
        assertThat(imports.header(false).text("1").texts(file)).startsWith("0");
        imports.text("1").refused(Failure.Kind.USAGE, file, "--header or --no-header");
        Path index = imports.write("index.csv", ",0,1\n0,first sentence,pos\n");
        imports.refused(Failure.Kind.USAGE, index, "is its first row [, 0, 1] a header");
        Path numbered = imports.write("numbered.csv", "text,label\na,b\n");
        imports.text("1")
                .refused(Failure.Kind.USAGE, numbered, "is its first row [text, label] a header?", "--no-header");
        assertThat(imports.header(true).text("1").category("2").texts(numbered)).containsExactly("a");
    }

    @Test
    void aGuessThatALaterRowContradictsIsAskedAbout() throws IOException {
        Path file = imports.write("later.csv", "3,first\n4,second\nthird,fourth\n");
        imports.refused(
                Failure.Kind.USAGE,
                file,
                "later.csv line 3",
                "column 1 was taken as the category",
                "number 3",
                "this row has 'third'");
        Path both = imports.write("both.csv", "17,a text,5\n18,another,4\n");
        imports.refused(Failure.Kind.USAGE, both, "the first and the last column are both numbers");
        Path twice = imports.write("twice.csv", "text,text\na,b\n");
        imports.refused(Failure.Kind.USAGE, twice, "two of them are called text");
        Path title = imports.write("title.csv", "title,title,b\nx,y,z\n");
        imports.text("title").refused(Failure.Kind.USAGE, title, "'title' is the name of two columns");
    }

    @Test
    void whatWasTakenForWhatIsSaid() throws IOException {
        Path file = imports.write("said.csv", "id,text,label\n1,a,x\n2,b,x\n");
        assertThat(imports.add(file).taken())
                .containsExactly("said.csv: a header [id, text, label]; the text is in text, the category in label");
        Path bare = imports.write("bare.csv", "3,a\n3,b\n");
        assertThat(imports.add(bare).taken())
                .containsExactly("bare.csv: no header; the text is in column 2, the category in 1");
        assertThat(imports.datasets().show("set").info().taken()).hasSize(1);
    }
}
