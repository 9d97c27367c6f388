"""Which events become dead letters, in what form, and when the breaker opens."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import pytest

from stream_edits.engine.config import Breaker
from stream_edits.engine.dead_letters.headers import ERROR_CLASS, REDRIVE_COUNT, SOURCE_OFFSET
from stream_edits.engine.errors import BreakerOpen, EngineStopped, RequiresAbort
from stream_edits.engine.ports import Output, Record, StateView, TopicSettings
from tests.engine.harness import Counter, Stage, cluster, outputs


@pytest.mark.parametrize(
    ("value", "error_class"),
    [
        (b"raise", "RuntimeError"),
        (b"reserved", "ValueError"),
        (b"huge", "TooLarge"),
        (b"bad", "BadFrame"),
    ],
)
def test_a_failed_event_is_undone_and_the_others_stand(value: bytes, error_class: str) -> None:
    broker = cluster(1)
    for event in (b"1", value, b"2"):
        broker.put("in", 0, b"a", event)
    stage = Stage(broker).start()
    stage.run_rounds()
    assert outputs(broker) == [b"1:1", b"2:2"], "neither its output nor its count is left"
    assert stage.store(0) == {b"a": b"2"}
    (letter,) = broker.visible("dead")
    assert (letter.key, letter.value) == (b"a", value)
    assert dict(letter.headers)[ERROR_CLASS] == error_class.encode()
    assert broker.groups["g"].committed == {0: 3}
    assert broker.names().count("commit") == 1, "in the same transaction"
    assert stage.sample("dead_letters_total", error_class=error_class) == 1
    assert stage.sample("events_total", outcome="dead_letter") == 1


def test_the_headers_of_a_dead_letter() -> None:
    broker = cluster(2)
    came = [("traceparent", b"00-1"), ("empty", None), ("raw", b"\xff\x00"), ("raw", b"again")]
    broker.put("in", 1, None, b"bad", came)
    Stage(broker).start().run_rounds()
    (letter,) = broker.visible("dead")
    assert letter.key is None
    assert list(letter.headers)[:4] == came
    assert list(letter.headers)[4:] == [
        ("error.class", b"BadFrame"),
        ("error.message", b"the first byte is not the magic byte"),
        ("error.stage", b"count"),
        ("source.topic", b"in"),
        ("source.partition", b"1"),
        ("source.offset", b"0"),
        ("source.timestamp", b"1000001"),
        ("engine.version", b"1.2"),
        ("redrive.count", b"0"),
    ]


def test_a_redriven_record_keeps_its_count_and_doubles_no_header() -> None:
    broker = cluster(1)
    broker.put("in", 0, b"a", b"bad", [("x", b"1")])
    stage = Stage(broker).start()
    stage.run_rounds()
    (first,) = broker.visible("dead")
    again = [(k, b"3" if k == REDRIVE_COUNT else v) for k, v in first.headers]
    broker.put("in", 0, b"a", b"raise", again)
    stage.run_rounds()
    second = broker.visible("dead")[1]
    names = [name for name, _ in second.headers]
    assert len(names) == len(set(names)) == 10
    assert dict(second.headers)[REDRIVE_COUNT] == b"3"
    assert dict(second.headers)[ERROR_CLASS] == b"RuntimeError"
    assert dict(second.headers)[SOURCE_OFFSET] == b"1"


def test_headers_and_logs_hold_no_payload_and_no_exception_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    broker = cluster(1)
    broker.put("in", 0, b"member-777", b"raise")
    Stage(broker).start().run_rounds()
    (letter,) = broker.visible("dead")
    added = [value for name, value in letter.headers if name.startswith("error.")]
    text = caplog.text + repr(added)
    assert "12345" not in text
    assert "777" not in text
    assert "dead_letters" in caplog.text


def test_state_without_a_changelog_stops_instead_of_dead_lettering() -> None:
    broker = cluster(1)
    broker.put("in", 0, b"a", b"1")
    stage = Stage(broker, changelog_topic=None).start()
    with pytest.raises(EngineStopped, match="changelog"):
        stage.run_rounds()
    assert broker.visible("dead") == []


def test_an_oversized_output_is_a_dead_letter() -> None:
    class Wide(Counter):
        def process(self, record: Record, state: StateView) -> Iterable[Output]:
            return [Output("out", b"a", b"x" * 1001)]

    broker = cluster(1)
    broker.settings["out"] = TopicSettings("delete", 1000)
    broker.put("in", 0, b"a", b"1")
    Stage(broker, Wide()).start().run_rounds()
    assert outputs(broker) == []
    assert dict(broker.visible("dead")[0].headers)[ERROR_CLASS] == b"TooLarge"


class TestBreaker:
    """Tested through the loop, because a limit that works only in isolation is useless."""

    def test_it_stops_the_runner_and_rolls_the_batch_back(self) -> None:
        broker = cluster(1)
        stage = Stage(broker, breaker=Breaker(window=10, share=0.5, minimum=3)).start()
        broker.put("in", 0, b"a", b"1")
        stage.run_rounds()
        for value in (b"2", b"bad", b"bad", b"raise", b"3"):
            broker.put("in", 0, b"a", value)
        with pytest.raises(BreakerOpen, match="3 of the last 5 events"):
            stage.run_rounds()
        stage.runner.close()
        assert outputs(broker) == [b"1:1"]
        assert broker.visible("dead") == []
        assert broker.groups["g"].committed == {0: 1}
        assert broker.names().count("begin") == 1, "the tripping batch never began one"

    def test_after_a_restart_with_a_wider_limit_nothing_was_lost(self) -> None:
        broker = cluster(1)
        for value in (b"bad", b"bad", b"1"):
            broker.put("in", 0, b"a", value)
        stage = Stage(broker, breaker=Breaker(window=10, share=0.5, minimum=2)).start()
        with pytest.raises(BreakerOpen):
            stage.run_rounds()
        stage.runner.close()
        Stage(broker).start().run_rounds()
        assert outputs(broker) == [b"1:1"]
        assert len(broker.visible("dead")) == 2

    def test_a_dead_letter_that_is_not_a_fault_of_the_stream_does_not_feed_it(self) -> None:
        broker = cluster(1)
        stage = Stage(broker, breaker=Breaker(window=10, share=0.5, minimum=2)).start()
        for value in (b"late", b"late", b"late", b"bad", b"late", b"1"):
            broker.put("in", 0, b"a", value)
        stage.run_rounds()
        assert len(broker.visible("dead")) == 5
        assert stage.sample("dead_letters_total", error_class="Late") == 4
        broker.put("in", 0, b"a", b"bad")
        stage.run_rounds()
        assert len(broker.visible("dead")) == 6
        stage = Stage(cluster(1), breaker=Breaker(window=10, share=0.5, minimum=2)).start()
        for value in (b"late", b"bad", b"bad"):
            stage.broker.put("in", 0, b"a", value)
        with pytest.raises(BreakerOpen, match="2 of the last 3 events"):
            stage.run_rounds()

    def test_run_raises_it(self) -> None:
        broker = cluster(1)
        broker.put("in", 0, b"a", b"bad")
        stage = Stage(broker, breaker=Breaker(window=1, share=0.5, minimum=1))
        with pytest.raises(BreakerOpen):
            stage.runner.run()
        assert broker.names()[-2:] == ["producer_close", "consumer_close"]

    def test_the_window_slides(self) -> None:
        broker = cluster(1)
        stage = Stage(broker, breaker=Breaker(window=4, share=0.5, minimum=2)).start()
        for value in (b"bad", b"bad", b"1", b"2", b"3", b"4", b"bad", b"5", b"6", b"bad"):
            broker.put("in", 0, b"a", value)
            if value == b"bad" and broker.logs["in", 0].end == 2:
                break
            stage.run_rounds()
        with pytest.raises(BreakerOpen):
            stage.run_rounds()
        stage = Stage(cluster(1), breaker=Breaker(window=4, share=0.5, minimum=2)).start()
        for value in (b"bad", b"1", b"2", b"3", b"bad", b"4", b"5", b"bad"):
            stage.broker.put("in", 0, b"a", value)
            stage.run_rounds()
        assert len(stage.broker.visible("dead")) == 3

    def test_an_aborted_batch_does_not_count_twice(self) -> None:
        broker = cluster(1)
        stage = Stage(broker, breaker=Breaker(window=10, share=0.5, minimum=3)).start()
        for value in (b"bad", b"bad"):
            broker.put("in", 0, b"a", value)
        broker.fail("commit", RequiresAbort("_STATE"), times=3)
        stage.run_rounds(4)
        assert len(broker.visible("dead")) == 2
