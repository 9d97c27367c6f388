"""The results of the simulation: processes, memory, and deviation from measurements."""

import pytest

from bench.lineup import TAKEOVER_SESSION_S, Scale
from bench.payer import faults
from bench.payer.assumptions import CLAIMS_PER_S, HEARTBEAT_S
from bench.payer.claim import bench_mix
from bench.payer.encounters import fits, share
from bench.payer.pipeline import Processes
from bench.payer.provision import Load, provision
from bench.payer.replay import by_hand, fewest, half, replay
from bench.payer.scenarios import TWO_EACH, Estate, faulty, quiet
from bench.payer.validation import checks
from bench.report import REPORT
from tests.payer.model import BENCH, MIX

_PER_S = 1000


def test_the_fewest_processes_sustain_the_load_and_one_fewer_does_not() -> None:
    found = fewest(BENCH, MIX, seed=1, per_s=_PER_S)
    assert all(use <= 0.5 for use in found.use)
    assert found.decided_per_s == pytest.approx(_PER_S, rel=0.1)
    assert sum(found.lag) < _PER_S
    for number, count in enumerate(found.processes):
        fewer = list(found.processes)
        fewer[number] = count - 1
        if count > 1:
            assert replay(BENCH, MIX, Processes(*fewer), 1, _PER_S).use[number] > 0.5
    # A stage needs at least the processes for its load.
    assert all(
        a >= b - 1 for a, b in zip(found.processes, by_hand(BENCH, MIX, _PER_S), strict=True)
    )


def test_half_as_many_of_a_stage_that_is_fully_used_fall_behind() -> None:
    assert half(Processes(3, 4, 1)) == (1, 2, 1)
    done = replay(BENCH, MIX, Processes(1, 2, 1), seed=1, per_s=2 * _PER_S)
    assert done.decided_per_s < 1.1 / BENCH.cpu_s[0]
    assert done.lag[0] > _PER_S
    assert done.year_days > replay(BENCH, MIX, Processes(4, 4, 4), 1, 2 * _PER_S).year_days


def test_a_day_has_the_expected_cpu_use_and_latency() -> None:
    day = quiet(BENCH, MIX, per_s=200, seed=1)
    for use, reaching, cpu_s in zip(day.use, MIX.reaching, BENCH.cpu_s, strict=True):
        assert use == pytest.approx(200 / 2 * reaching * cpu_s, rel=0.25)
    assert BENCH.transaction_s < day.p50_s < 0.04 < day.p99_s < day.worst_s < 0.2
    assert day.late == 0


def test_more_to_restore_takes_longer_and_delays_more_claims() -> None:
    few, many = (
        faulty(BENCH, MIX, faults.restarted_static, Estate(TWO_EACH, encounters), seed=1)
        for encounters in (100_000, 2_000_000)
    )
    # 950,000 more encounters per process are twice as many records, with 5 µs each; more claims
    # arrive while it catches up.
    use = CLAIMS_PER_S / 2 * MIX.reaching[1] * BENCH.cpu_s[1]
    assert many.behind_s - few.behind_s == pytest.approx(9.5 / (1 - use), abs=0.8)
    assert many.worst_s > few.worst_s
    assert many.late > few.late > 0


def test_shares_add_up_and_fit() -> None:
    one, ten = share(BENCH, 1), share(BENCH, 10)
    assert ten.encounters * 10 == one.encounters
    assert one.memory_bytes == pytest.approx(1e8 + one.encounters * 800)
    assert one.alone_s == pytest.approx(ten.alone_s * 10)
    assert ten.together_s >= ten.alone_s
    held = fits(BENCH, 2e9)
    assert 1e8 + held * 800 <= 2e9 * 0.8 < 1e8 + (held + 1) * 800


def test_checks_compare_with_measurements() -> None:
    shapes = {Scale(s, n, 6): (1000.0, 1e-5) for s in ("intake", "encounter") for n in (1, 2)}
    found = list(checks(BENCH._replace(scaled=shapes), MIX, seed=1))
    measured = [100, 300, 400, 1000, 1000, 1000, 1000, 14, 9, 2]
    assert [check.measured for check in found] == measured
    # A core processes a thousand records a second, minus a transaction for each five hundred.
    assert found[3].predicted == pytest.approx(500 / 0.51, rel=0.001)
    assert found[3].off == pytest.approx(found[3].predicted / 1000 - 1)
    assert found[4].predicted == pytest.approx(2 * found[3].predicted, rel=0.03)
    back, still, static_back = (check.predicted for check in found[7:])
    # The group waits for the dead member's session, from when the other notices the rebalance.
    assert back == pytest.approx(TAKEOVER_SESSION_S, abs=0.5)
    assert TAKEOVER_SESSION_S - BENCH.start_s - HEARTBEAT_S - 0.5 < still
    assert still < TAKEOVER_SESSION_S - BENCH.start_s
    assert static_back == pytest.approx(BENCH.start_s, abs=0.2)


def test_the_mix_is_that_of_the_bench() -> None:
    mix = bench_mix()
    assert sum(mix.decided_at) == pytest.approx(1)
    assert mix.decided_at[0] == pytest.approx(0.7, abs=0.03)
    assert mix.reaching[2] > 0.1


def test_memory_decides_how_many_processes_the_encounter_stage_has() -> None:
    few, many = (Load("", 100, encounters) for encounters in (1_000, 100_000_000))
    little, much = (provision(BENCH, MIX, load, seed=1) for load in (few, many))
    assert little.processes == (2, 2, 2)
    assert little.limit_gib == 1
    assert much.processes.encounter * fits(BENCH, much.limit_gib * 1024**3) >= 100_000_000
    assert (much.processes.encounter - 1) * fits(BENCH, much.limit_gib * 1024**3) < 100_000_000
    assert much.partitions >= 2 * much.processes.encounter


@pytest.mark.parametrize("section", ["bench", "provision", "payer"])
def test_the_report_has_marks_for_each_section(section: str) -> None:
    text = REPORT.read_text(encoding="utf-8")
    assert text.count(f"<!-- {section}: begin -->\n") == 1
    assert text.count(f"<!-- {section}: end -->\n") == 1
