"""Batches that are damaged in the log: they are noticed, and the stage stops and names them."""

from __future__ import annotations

import time

import pytest
from confluent_kafka import KafkaError

from stream_edits.engine.errors import FatalClientError, OptionRefused
from stream_edits.engine.kafka.error_mapping import UNREADABLE
from stream_edits.engine.kafka.options import consumer_options, reader_options
from stream_edits.engine.kafka.source import ConfluentSource
from stream_edits.engine.kafka.topic_reader import _reader_options
from tests.engine.harness import config


@pytest.mark.parametrize("code", sorted(UNREADABLE))
def test_a_batch_that_cannot_be_read_ends_the_run_and_is_named(code: int) -> None:
    """The client would ask for it again and again, with no more than a line in the log."""
    source = ConfluentSource(config(kafka={"bootstrap.servers": "127.0.0.1:1"}), time.sleep)

    class Damaged:
        def error(self) -> KafkaError:
            return KafkaError(code)

        def partition(self) -> int:
            return 3

    with pytest.raises(FatalClientError, match=r"consume of in/3 failed .* a batch in the log is"):
        source._raise_if_final(Damaged())  # type: ignore[arg-type]
    source.close()


def test_every_consumer_checks_what_it_reads() -> None:
    """A flipped bit in a log would otherwise be read as another claim, or leave one out."""
    made = config(changelog_topic="state", kafka={"bootstrap.servers": "127.0.0.1:1"})
    for options in (consumer_options(made), reader_options(made), _reader_options({}, "group")):
        assert options["check.crcs"] is True
    with pytest.raises(OptionRefused, match=r"check\.crcs"):
        consumer_options(config(kafka={"check.crcs": "false"}))
