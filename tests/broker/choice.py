"""Chooses the Kafka for the tests: a configured one, or else Docker, or else a local process."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.broker.distribution import NoKafkaDistribution
from tests.broker.docker import engine_answers, kafka_container
from tests.broker.local import BrokerDidNotStart, LocalKafka
from tests.broker.ready import answers

VARIABLE = "STREAM_EDITS_TEST_BROKER"
# Set: no fall-back to a local process, so that a run through Docker is proven to be one.
DOCKER_ONLY = "STREAM_EDITS_TEST_DOCKER_ONLY"


class NoBroker(Exception):
    """No Kafka is available. The message lists what was tried."""


def skip_reason(environ: Mapping[str, str] = os.environ) -> str | None:
    """The reason to skip the tests on a real Kafka, or None if they must run.

    They are skipped only on explicit request, and never in CI.
    """
    if environ.get(VARIABLE) != "none":
        return None
    if environ.get("CI"):
        raise NoBroker(f"{VARIABLE}=none is not allowed under CI: the tests on Kafka must run")
    return f"{VARIABLE}=none: NOTHING was proven on a real Kafka"


@contextmanager
def running_broker(folder: Path, environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """The bootstrap address of a running broker. `folder` is for the data of a local one."""
    named = environ.get(VARIABLE)
    if named:
        if not answers(named, seconds=20.0):
            raise NoBroker(f"no Kafka answers at {VARIABLE}={named}")
        yield named
        return
    with ExitStack() as stack:
        yield _in_docker(stack, environ) or _started_here(stack, folder)


def _in_docker(stack: ExitStack, environ: Mapping[str, str]) -> str | None:
    if not engine_answers():
        if environ.get(DOCKER_ONLY):
            raise NoBroker(f"{DOCKER_ONLY} is set, and no Docker engine answers")
        return None
    try:
        return stack.enter_context(kafka_container())
    except Exception as failure:  # no image, network or answer: use a local process
        if environ.get(DOCKER_ONLY):
            raise
        print(f"no Kafka in Docker ({type(failure).__name__}), trying Maven", file=sys.stderr)
        return None


def _started_here(stack: ExitStack, folder: Path) -> str:
    try:
        return stack.enter_context(LocalKafka(folder)).bootstrap
    except (NoKafkaDistribution, BrokerDidNotStart) as failure:
        raise NoBroker(
            f"no Kafka to test on. Docker: no engine or no image. Started here: {failure}. "
            f"Give the address of one in {VARIABLE}, or `none` to leave these tests out."
        ) from failure
