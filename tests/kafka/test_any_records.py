"""Records of any shape through running stages; `make fuzz-records` takes many more."""

import pytest

from tests.fuzz.records import fuzz_settings, run
from tests.kafka.conftest import Deploy

pytestmark = pytest.mark.timeout(240)


def test_each_record_is_routed_decided_or_a_dead_letter(deploy: Deploy) -> None:
    deployment = deploy(partitions=4, **fuzz_settings()).create_topics()
    deployment.alter_topic(deployment.topics.dead_letter, "max.message.bytes", None)
    outcomes = run(deployment, 4000, seed=3)
    assert outcomes["routed or decided"] > 1000
    assert outcomes["references"] >= 1, "some are larger than a dead letter may be"
    assert len(outcomes) > 6, "many error classes"
