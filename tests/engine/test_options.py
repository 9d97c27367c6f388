"""librdkafka properties: those of the engine are fixed, the others are passed on."""

from __future__ import annotations

import pytest

from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import OptionRefused
from stream_edits.engine.kafka.options import consumer_options, producer_options, reader_options
from tests.engine.harness import config
from tests.memory_kafka.calls import LIMITS


class TestOptions:
    def test_of_the_consumer(self) -> None:
        options = consumer_options(config(group_instance_id="pod-0"))
        assert options["partition.assignment.strategy"] == "range"
        assert options["isolation.level"] == "read_committed"
        assert options["enable.auto.commit"] is False
        assert options["enable.auto.offset.store"] is False
        assert options["auto.offset.reset"] == "error"
        assert options["group.instance.id"] == "pod-0"

    def test_of_the_producer(self) -> None:
        options = producer_options(config(), LIMITS)
        assert options["partitioner"] == "murmur2_random"
        assert options["acks"] == "all"
        assert options["transaction.timeout.ms"] == 40_000
        assert options["message.timeout.ms"] == 35_000
        assert options["compression.type"] == "lz4"

    def test_of_the_reader(self) -> None:
        assert reader_options(config())["isolation.level"] == "read_committed"

    def test_tuning_is_passed_on(self) -> None:
        settings = config(producer_options={"compression.type": "zstd"}, kafka={"client.id": "x"})
        assert producer_options(settings, LIMITS)["compression.type"] == "zstd"
        assert consumer_options(settings)["client.id"] == "x"

    def test_a_member_is_known_by_its_transactional_id(self) -> None:
        assert consumer_options(config())["client.id"] == "g-count-0"

    @pytest.mark.parametrize("name", ["kafka", "producer_options"])
    @pytest.mark.parametrize(
        ("given", "used"),
        [("10000000", 10_000_000), (10_000_000, 10_000_000), ("1000", 1_048_588), ("x", "x")],
    )
    def test_the_largest_message_is_only_raised(
        self, name: str, given: object, used: object
    ) -> None:
        settings = config(**{name: {"message.max.bytes": given}})
        options = producer_options(settings, LIMITS)
        assert options["message.max.bytes"] == used
        assert options["batch.size"] == producer_options(config(), LIMITS)["batch.size"]

    def test_the_largest_message_is_that_of_the_topics(self) -> None:
        assert producer_options(config(), LIMITS)["message.max.bytes"] == 1_048_588

    @pytest.mark.parametrize(
        "options",
        [
            {"consumer_options": {"enable.auto.commit": True}},
            {"consumer_options": {"isolation.level": "read_uncommitted"}},
            {"consumer_options": {"group.protocol": "consumer"}},
            {"kafka": {"auto.offset.reset": "earliest"}},
            {"producer_options": {"acks": "1"}},
            {"producer_options": {"request.required.acks": "1"}},
            {"producer_options": {"delivery.timeout.ms": 1}},
        ],
    )
    def test_what_the_engine_sets_cannot_be_overridden(
        self, options: dict[str, dict[str, object]]
    ) -> None:
        settings = config(**options)

        def of_producer(settings: StageConfig) -> object:
            return producer_options(settings, LIMITS)

        of_client = of_producer if "producer_options" in options else consumer_options
        with pytest.raises(OptionRefused, match="remove the client option"):
            of_client(settings)
