"""A transaction is complete or has no effect: order of calls, rewinds, retries, fatal errors."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import (
    FatalClientError,
    OutcomeUnknown,
    RequiresAbort,
    Retriable,
    TooManyAborts,
)
from tests.engine.harness import Stage, cluster, config, outputs

ABORTING = ["begin", "produce_at", "produce", "send_offsets", "commit"]


def test_a_transaction_is_begun_at_the_first_event_only() -> None:
    broker = cluster()
    stage = Stage(broker).start()
    stage.run_rounds(5)
    assert "begin" not in broker.names()
    broker.put("in", 0, b"a", b"1")
    stage.run_rounds()
    assert broker.names().count("begin") == 1


def test_everything_of_a_batch_is_in_one_transaction_in_this_order() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"a", b"1")
    broker.calls.clear()
    stage.run_rounds()
    assert broker.names() == [
        "consume",
        "topic_facts",
        "begin",
        "produce_at",
        "produce_at",
        "produce",
        "produce",
        "group_metadata",
        "send_offsets",
        "commit",
    ]
    assert [(o.key, o.value) for o in broker.visible("log")] == [
        (b"a", b"1"),
        (b"__progress__", b"1"),
    ]
    assert broker.groups["g"].committed == {0: 1}


def test_the_last_processed_offset_plus_one_is_committed_not_the_position() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"a", b"1")
    aborted = broker.sink(config(transactional_id="upstream"))
    aborted.init()
    aborted.begin()
    aborted.produce_at("in", 0, [(b"a", b"x")])
    aborted.abort()
    stage.run_rounds()
    assert broker.sources[0].positions == {0: 3}
    assert broker.groups["g"].committed == {0: 1}


def test_one_snapshot_a_dirty_key_and_a_tombstone_on_delete() -> None:
    broker = cluster(1)
    for value in (b"1", b"2", b"3"):
        broker.put("in", 0, b"a", value)
    broker.put("in", 0, b"b", b"delete")
    Stage(broker).start().run_rounds()
    assert [(o.key, o.value) for o in broker.visible("log")] == [
        (b"a", b"3"),
        (b"b", None),
        (b"__progress__", b"4"),
    ]


@pytest.mark.parametrize("call", ABORTING)
def test_an_abort_undoes_outputs_state_and_position(call: str) -> None:
    broker = cluster()
    stage = Stage(broker).start()
    for number in range(2):
        broker.put("in", number, b"a", b"1")
    stage.run_rounds()
    for number in range(2):
        broker.put("in", number, b"a", b"2")
    broker.fail(call, RequiresAbort("_STATE"))
    stage.run_rounds()
    assert outputs(broker) == [b"1:1", b"1:1"]
    assert stage.store(0) == {b"a": b"1"}
    assert ("seek", {0: 1, 1: 1}) in broker.calls, "every owned partition, not only those read"
    assert broker.groups["g"].committed == {0: 1, 1: 1}
    stage.run_rounds()
    assert outputs(broker) == [b"1:1", b"1:1", b"2:2", b"2:2"]
    assert stage.sample("transactions_total", outcome="aborted") == 1
    assert stage.sample("events_total", outcome="stepped") == 4, "counted once, at the commit"


def test_partitions_without_events_in_the_aborted_batch_are_rewound_too() -> None:
    broker = cluster()
    stage = Stage(broker).start()
    broker.put("in", 1, b"a", b"1")
    broker.fail("commit", RequiresAbort("_STATE"))
    stage.run_rounds()
    assert ("seek", {0: 0, 1: 0}) in broker.calls


def test_an_illegal_generation_aborts_and_the_run_continues() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"a", b"1")
    broker.groups["g"].generation += 1
    stage.run_rounds()
    assert broker.names()[-2:] == ["abort", "seek"]
    broker.groups["g"].generation -= 1
    stage.run_rounds()
    assert outputs(broker) == [b"1:1"]


@pytest.mark.parametrize("after", [False, True])
def test_a_commit_that_timed_out_is_resumed_without_duplicates(after: bool) -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"a", b"1")
    broker.fail("commit", Retriable("_TIMED_OUT"), after=after, times=3)
    stage.run_rounds()
    assert broker.names().count("commit") == 4
    assert broker.names().count("begin") == 1
    assert outputs(broker) == [b"1:1"]
    assert stage.sample("retries_total", reason="client") == 3


def test_a_commit_that_never_answers_exits_within_the_budget() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"a", b"1")
    broker.fail("commit", Retriable("_TIMED_OUT"), times=10_000)
    begun = stage.clock.time_s
    with pytest.raises(OutcomeUnknown, match="a restart resumes"):
        stage.run_rounds()
    assert stage.clock.time_s - begun <= stage.config.transaction_budget_s + 5
    assert "abort" not in broker.names(), "an unknown outcome cannot be aborted"


def test_an_abort_is_resumed_within_the_budget() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"a", b"1")
    broker.fail("commit", RequiresAbort("_STATE"))
    broker.fail("abort", Retriable("_TIMED_OUT"), times=2)
    stage.run_rounds(2)
    assert broker.names().count("abort") == 3
    assert outputs(broker) == [b"1:1"]


def test_init_is_resumed_then_bounded() -> None:
    broker = cluster(1)
    broker.fail("init", Retriable("_TIMED_OUT"), times=2)
    stage = Stage(broker).start()
    assert broker.names().count("init") == 3
    broker.fail("init", Retriable("_TIMED_OUT"), times=10_000)
    with pytest.raises(OutcomeUnknown):
        Stage(broker, init_budget_s=10.0).start()
    stage.run_rounds()


def test_offsets_are_sent_again_with_new_metadata() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"a", b"1")
    broker.fail("send_offsets", Retriable("COORDINATOR_LOAD_IN_PROGRESS"), times=2)
    stage.run_rounds()
    fenced = [name for name in broker.names() if name in ("group_metadata", "send_offsets")]
    assert fenced == ["group_metadata", "send_offsets"] * 3
    assert outputs(broker) == [b"1:1"]


def test_offsets_that_are_never_accepted_abort() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"a", b"1")
    broker.fail("send_offsets", Retriable("NOT_COORDINATOR"), times=10_000)
    stage.run_rounds()
    ending = [name for name in broker.names() if name in ("commit", "abort", "seek")]
    assert ending == ["abort", "seek"]


@pytest.mark.parametrize("call", [*ABORTING, "abort"])
def test_a_fatal_error_ends_the_run_and_nothing_is_visible(call: str) -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"a", b"1")
    if call == "abort":
        broker.fail("commit", RequiresAbort("_STATE"))
    broker.fail(call, FatalClientError("_FENCED"))
    with pytest.raises(FatalClientError):
        stage.run_rounds()
    stage.runner.close()
    assert outputs(broker) == []
    assert broker.groups["g"].committed == {}


def test_endless_aborts_end_the_run() -> None:
    broker = cluster(1)
    stage = Stage(broker, max_aborts=4).start()
    broker.put("in", 0, b"a", b"1")
    broker.fail("commit", RequiresAbort("TOPIC_AUTHORIZATION_FAILED"), times=100)
    stage.run_rounds(3)
    with pytest.raises(TooManyAborts, match=r"TOPIC_AUTHORIZATION_FAILED.*ACLs"):
        stage.run_rounds()


def test_the_end_after_aborts_names_the_topic(caplog: pytest.LogCaptureFixture) -> None:
    broker = cluster(1)
    stage = Stage(broker, max_aborts=1).start()
    broker.put("in", 0, b"a", b"1")
    refused = "TOPIC_AUTHORIZATION_FAILED on topic log"
    broker.fail("send_offsets", RequiresAbort("TOPIC_AUTHORIZATION_FAILED", refused))
    with pytest.raises(TooManyAborts, match=f"the last with {refused}: check"):
        stage.run_rounds()
    assert f"reason={refused}" in caplog.text
    assert stage.sample("aborts_total", reason="TOPIC_AUTHORIZATION_FAILED") == 1


def test_a_commit_ends_the_count_of_aborts() -> None:
    broker = cluster(1)
    stage = Stage(broker, max_aborts=2).start()
    for _ in range(5):
        broker.put("in", 0, b"a", b"1")
        broker.fail("commit", RequiresAbort("_STATE"))
        stage.run_rounds(2)
    assert len(outputs(broker)) == 5
