package dev.mojave.cli.verb.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.cli.CliResult;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchVerbTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --kernels fuse      | --kernels: 'fuse' is not one of auto, fused, plain; did you mean 'fused'?
            --precision fp8     | --precision: 'fp8' is not one of auto, fp32, bf16-mixed; did you mean 'fp32'?
            --blas blis         | --blas: 'blis' is not one of auto, mkl, openblas
            --threads 0         | --threads: '0' is not a number of threads; write auto or a whole number from 1 to 4096
            --shape 4,4         | --shape '4,4' is not layers,heads,hidden,context,vocabulary: five whole numbers
            """)
    void aWrongValueNamesItsFlag(String typed, String message) {
        String[] words = typed.split(" ", 2);
        CliResult result = CliResult.run("bench", "train", words[0], words[1]);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).startsWith("mojave: " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --work trian   | --work 'trian' is not one of train, moe, decode, score, routers, moep
            --work moe     | --work moe compares with Python programs: add --peer-python with the interpreter of a virtual environment
            """)
    void theWorkIsCheckedAndItsProgramsAreRequired(String typed, String message) {
        String[] words = typed.split(" ", 2);
        CliResult result = CliResult.run("bench", "compare", words[0], words[1]);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).startsWith("mojave: " + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"routers", "moep"})
    void allMojaveProgramsUseTheEngineThatWasChosenOnce(String work) {
        BenchCompareVerb verb = new BenchCompareVerb();
        new CommandLine(verb).parseArgs("--work", work);
        assertThat(verb.others(Optional.empty(), new EngineRequest("cpu", "fp32", "openblas", "1", "plain")))
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry.command().getLast())
                        .contains("\"blas\":\"openblas\"", "\"threads\":\"1\"", "\"kernels\":\"plain\""));
    }
}
