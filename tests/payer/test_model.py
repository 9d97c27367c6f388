"""The simulated pipeline loses no claim, keeps the order, and agrees with queueing theory."""

from statistics import mean

import pytest
from simpy import Environment

from bench.payer import faults
from bench.payer.assumptions import SESSION_TIMEOUT_S
from bench.payer.claim import Mix
from bench.payer.cores import Cores
from bench.payer.faults import Fault, Times
from bench.payer.group import Stage
from bench.payer.pipeline import Pipeline, Placement, Processes, latencies
from bench.payer.topic import Topic
from tests.payer.model import MIX, PARTITIONS, numbers, owners, small_pipeline, stages

FAULTS: tuple[Fault, ...] = (
    faults.lost,
    faults.killed,
    faults.killed_static,
    faults.restarted,
    faults.restarted_static,
)
_BACK_S = 5.0
_TIMES = Times(_BACK_S, SESSION_TIMEOUT_S)


def with_fault(fault: Fault, stage: int, seed: int = 1) -> Pipeline:
    """Simulate a minute of claims with a fault of a process of that stage, and its recovery."""
    pipeline = small_pipeline(seed=seed, restore_s=0.5)
    pipeline.feed(pipeline.gaps(100, 60))
    pipeline.env.run(5)
    group = pipeline.groups[stage]
    pipeline.env.process(fault(pipeline, group, group.members[0], _TIMES))
    pipeline.env.run(150)
    return pipeline


@pytest.mark.parametrize("stage", [0, 1, 2])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_claim_is_decided_once_after_any_fault(fault: Fault, stage: int) -> None:
    pipeline = with_fault(fault, stage)
    assert len(pipeline.claims) > 5000
    assert [claim.number for claim in pipeline.claims if claim.times_decided != 1] == []
    for group, topic in zip(pipeline.groups, pipeline.topics, strict=True):
        assert group.committed == [len(log) for log in topic.logs]
    came = [sum(map(len, topic.logs)) for topic in pipeline.topics]
    expected = [sum(claim.last >= number for claim in pipeline.claims) for number in range(3)]
    assert came == expected


@pytest.mark.parametrize("fault", FAULTS)
def test_claims_of_a_partition_stay_in_order(fault: Fault) -> None:
    pipeline = with_fault(fault, stage=0)
    for log in pipeline.topics[1].logs:
        assert numbers(log) == sorted(numbers(log))
    for log in pipeline.topics[2].logs:
        for member in range(PARTITIONS):
            mine = numbers([claim for claim in log if claim.partitions[0] == member])
            assert mine == sorted(mine)


def test_a_latency_includes_every_wait() -> None:
    pipeline = small_pipeline()
    pipeline.feed(pipeline.gaps(50, 20))
    pipeline.env.run(30)
    # A single record: its CPU time, its transaction, and the delay until a reader sees it.
    least = [sum(s.cpu_s + s.transaction_s + s.seen_s for s in stages()[: n + 1]) for n in range(3)]
    # At most a linger at each stage and a batch on the way: no record stays in a queue for long.
    most = [(n + 1) * 0.25 for n in range(3)]
    for claim in pipeline.claims:
        waited = claim.decided - claim.arrived
        assert least[claim.last] <= waited + 1e-9 <= most[claim.last]


def test_partitions_of_a_dead_member_wait_for_its_session_or_return() -> None:
    behind = {fault: max(latencies(with_fault(fault, 1).claims)) for fault in FAULTS}
    waited_out: tuple[Fault, ...] = (faults.lost, faults.killed)
    for fault in waited_out:
        assert behind[fault] > SESSION_TIMEOUT_S
    came_back: tuple[Fault, ...] = (faults.killed_static, faults.restarted_static)
    for fault in came_back:
        assert _BACK_S < behind[fault] < SESSION_TIMEOUT_S / 2


def test_a_static_member_gets_its_partitions_back_and_others_keep_theirs() -> None:
    before = owners(small_pipeline().groups[1])
    assert owners(with_fault(faults.killed_static, 1).groups[1]) == before
    after = owners(with_fault(faults.lost, 1).groups[1])
    assert sorted(after) == sorted(before)
    assert set(after.values()) == {0, 1}


def test_only_new_partitions_are_restored_and_all_pause_meanwhile() -> None:
    pipeline = small_pipeline(restore_s=0.5)
    group = pipeline.groups[1]
    joining = pipeline.member(Cores(pipeline.env), group)
    group.join(joining)
    while not joining.partitions:
        pipeline.env.step()
    begun = pipeline.env.now
    for member in group.members:
        cold = set(member.partitions) - member.restored
        assert cold or member is not joining
        while set(member.partitions) != member.restored:
            pipeline.env.step()
        # Partitions that are ready before the first check cannot be timed.
        if member is joining:
            assert pipeline.env.now - begun == pytest.approx(0.5 * len(cold))
    assert joining.restored == set(joining.partitions)


def test_records_after_an_open_transaction_are_hidden_until_it_ends() -> None:
    seen: list[int] = []
    topic = Topic(2, lambda _, claims: seen.extend(numbers(list(claims))))
    claims = small_pipeline()
    claims.lay(3)
    topic.hide([1])
    for number, partition in enumerate((0, 1, 1)):
        topic.append(partition, [claims.claims[number]])
    assert seen == [0]
    topic.show([1])
    assert seen == [0, 1, 2]


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    def fates(seed: int) -> list[tuple[float, float]]:
        pipeline = with_fault(faults.lost, 1, seed)
        return [(claim.arrived, claim.decided) for claim in pipeline.claims]

    assert fates(1) == fates(1)
    assert fates(1) != fates(2)


def alone_of_one(env: Environment) -> Placement:
    return [[Cores(env)]]


def one_server(per_s: float, seconds: float) -> Pipeline:
    """One process, one partition, one record per transaction: a service time of 8 + 2 ms."""
    stage = Stage(0.008, 0.002, 0.0, batch_size=1, linger_s=1000)
    pipeline = Pipeline([stage], Mix((1.0,)), 1, alone_of_one, seed=7)
    pipeline.feed(pipeline.gaps(per_s, seconds))
    pipeline.env.run(seconds + 10)
    return pipeline


@pytest.mark.parametrize("use", [0.3, 0.6, 0.8])
def test_the_wait_at_one_server_agrees_with_theory(use: float) -> None:
    """M/D/1 (Pollaczek-Khinchine): the mean wait before service is use x service / 2 (1 - use)."""
    service_s = 0.01
    pipeline = one_server(use / service_s, seconds=400)
    expected = service_s + use * service_s / (2 * (1 - use))
    assert mean(latencies(pipeline.claims)) == pytest.approx(expected, rel=0.06)


def test_cpu_use_is_rate_times_service_time() -> None:
    pipeline = one_server(50, seconds=600)
    worked = pipeline.groups[0].members[0].worked_s / 600
    assert worked == pytest.approx(50 * 0.008, rel=0.02)


def test_only_shared_cores_are_shared() -> None:
    def rate(cores: int) -> float:
        def place(env: Environment) -> Placement:
            shared = Cores(env, cores, 0.005)
            return [[shared, shared]]

        stage = Stage(0.001, 0.001, 0.0, batch_size=100, linger_s=0.1)
        pipeline = Pipeline([stage], Mix((1.0,)), PARTITIONS, place, seed=3)
        pipeline.lay(30_000)
        pipeline.env.run(10)
        return pipeline.decided / 10

    # A core processes a thousand records a second. Two processes overlap their commits.
    assert rate(1) == pytest.approx(1000, rel=0.02)
    assert rate(2) == pytest.approx(2000, rel=0.03)


def test_a_stage_without_linger_is_refused() -> None:
    with pytest.raises(ValueError, match="wait"):
        Stage(0.001, 0.001, 0.0, batch_size=1, linger_s=0.0)


def test_claims_arrive_at_their_rate_and_follow_the_mix() -> None:
    pipeline = small_pipeline(Processes(4, 4, 4))
    pipeline.feed(pipeline.gaps(1000, 60))
    pipeline.env.run(61)
    count = len(pipeline.claims)
    assert count == pytest.approx(60_000, rel=0.02)
    for number, share in enumerate(MIX.decided_at):
        found = sum(claim.last == number for claim in pipeline.claims) / count
        assert found == pytest.approx(share, abs=0.01)
