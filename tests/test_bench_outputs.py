"""The bench refuses figures of a contender whose output is not its input, each record once."""

from collections.abc import Iterator, Sequence

import pytest

from bench.job import Job
from bench.outputs import WrongOutput, check_copied_once
from bench.trial import settings_for
from stream_edits.engine.kafka import publish_records
from stream_edits.engine.ports import Output
from stream_edits.mock_cluster import PARTITIONS, MockCluster

_INPUT = [b"%d" % number for number in range(60)]
# All in one partition, so that what a contender did not reach is the end of the input.
_KEY = b"member"


@pytest.fixture(scope="module")
def kafka() -> Iterator[MockCluster]:
    with MockCluster() as cluster:
        yield cluster


def _check(kafka: MockCluster, copied: Sequence[bytes]) -> None:
    job = Job(settings_for(kafka.bootstrap_servers, PARTITIONS), "", 50)
    job = job._replace(input_topic=f"{job.settings.group_prefix}.input")
    for topic, values in ((job.input_topic, _INPUT), (job.settings.topics.pass_, copied)):
        kafka.create_topic(topic)
        publish_records(job.settings.kafka_options(), [Output(topic, _KEY, v) for v in values])
    check_copied_once(job)


@pytest.mark.parametrize("count", [50, 60])
def test_a_copy_is_right_when_it_stops_anywhere_after_the_jobs_count(
    kafka: MockCluster, count: int
) -> None:
    _check(kafka, _INPUT[:count])


@pytest.mark.parametrize(
    ("copied", "wrong"),
    [
        (_INPUT[:49], "49 committed records of 50"),
        ([*_INPUT[:7], *_INPUT[8:]], "follow one of their partition that is missing"),
        ([*_INPUT[:55], _INPUT[3]], "1 records are repeated"),
        ([*_INPUT[:55], b"alien"], "never in the input"),
    ],
    ids=["too few", "a gap", "one twice", "one that was never there"],
)
def test_wrong_copies_are_refused(kafka: MockCluster, copied: list[bytes], wrong: str) -> None:
    with pytest.raises(WrongOutput, match=wrong):
        _check(kafka, copied)
