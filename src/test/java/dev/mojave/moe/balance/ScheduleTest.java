package dev.mojave.moe.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Yaml;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private record Section(Coefficients losses) {}

    private static Coefficients read(String yaml) {
        return Records.read(Yaml.parse("losses: " + yaml, "test"), Section.class, "test", "")
                .losses();
    }

    @Test
    void aNumberIsConstantAndLinesChange() {
        Coefficients some =
                read("{router_z: 0.001, switch_balance: {kind: linear, from: 0.02, to: 0.0, start: 10, steps: 20},"
                        + " entropy_balance: {kind: cosine, from: 0.0, to: 1.0}}");
        assertThat(some.at(0, 101))
                .containsEntry(BalanceLoss.ROUTER_Z, 0.001)
                .containsEntry(BalanceLoss.SWITCH_BALANCE, 0.02)
                .containsEntry(BalanceLoss.ENTROPY_BALANCE, 0.0);
        assertThat(some.at(20, 101).get(BalanceLoss.SWITCH_BALANCE)).isCloseTo(0.01, within(1e-12));
        assertThat(some.at(30, 101).get(BalanceLoss.SWITCH_BALANCE)).isZero();
        assertThat(some.at(25, 101).get(BalanceLoss.ENTROPY_BALANCE))
                .isCloseTo((1 - Math.sqrt(0.5)) / 2, within(1e-12));
        assertThat(some.at(100, 101).get(BalanceLoss.ENTROPY_BALANCE)).isCloseTo(1, within(1e-12));
    }

    @Test
    void printedSchedulesAreReadBack() {
        Coefficients some =
                read("{router_z: 0.001, switch_balance: {kind: linear, from: 0.02, to: 0.0}, mixtral_balance: 0}");
        assertThat(Json.line(Records.tree(new Section(some))))
                .isEqualTo(
                        "{\"losses\":{\"switch_balance\":{\"kind\":\"linear\",\"from\":0.02,\"to\":0.0,\"start\":0},\"router_z\":0.001}}");
        assertThat(Records.read(Records.tree(new Section(some)), Section.class, "test", "")
                        .losses())
                .isEqualTo(some);
    }

    @Test
    void schedulesThatNeverActAreRefused() {
        assertThatThrownBy(() -> read("{switch_balance: {kind: linear, from: 0, to: 0}}"))
                .hasMessage("test: losses.switch_balance: from and to are both 0: the loss never acts; leave it out");
        assertThatThrownBy(() -> read("{switch_balance: {kind: cosine, from: 0, to: -1}}"))
                .hasMessage("test: losses.switch_balance: to (-1.0) must not be negative");
        assertThatThrownBy(() -> read("{switch_balance: {kind: linear, from: 0, to: 1, steps: 0}}"))
                .hasMessage("test: losses.switch_balance: steps (0) must be at least 1");
        assertThatThrownBy(() -> read("{swich_balance: 0.1}"))
                .hasMessageContaining("test: losses: unknown loss 'swich_balance'; did you mean 'switch_balance'?");
        assertThatThrownBy(() -> read("{switch_balance: much}")).hasMessageContaining("losses.switch_balance");
        Coefficients late = read("{switch_balance: {kind: linear, from: 0, to: 1, start: 200}}");
        late.requireStart("model.moe.losses", 201);
        assertThatThrownBy(() -> late.requireStart("model.moe.losses", 200))
                .hasMessage(
                        "model.moe.losses.switch_balance starts at step 200, but training has only 200 steps, so the loss would never act; lower its start");
        read("{switch_balance: {kind: linear, from: 1, to: 0, start: 200}}").requireStart("model.moe.losses", 10);
    }
}
