"""What a process of the encounter stage that ends does to the payer's steady load."""

from collections.abc import Callable
from typing import NamedTuple

from bench.payer.cores import Cores, Steps
from bench.payer.group import Group
from bench.payer.member import Member
from bench.payer.pipeline import Pipeline


class Times(NamedTuple):
    """Seconds after its end: when its successor joins, and when its session times out."""

    back_s: float
    session_s: float


# What befalls a member.
Fault = Callable[[Pipeline, Group, Member, Times], Steps]


def lost(pipeline: Pipeline, group: Group, victim: Member, times: Times) -> Steps:
    """It dies in its transaction, with its machine, and nothing takes its place."""
    yield from _die(victim)
    yield pipeline.env.timeout(times.session_s)
    group.expire(victim)


def killed(pipeline: Pipeline, group: Group, victim: Member, times: Times) -> Steps:
    """It dies in its transaction and is started again; its group still waits for the dead one."""
    yield from _die(victim)
    yield pipeline.env.timeout(times.back_s)
    group.join(pipeline.member(Cores(pipeline.env), group))
    yield pipeline.env.timeout(max(0.0, times.session_s - times.back_s))
    group.expire(victim)


def killed_static(pipeline: Pipeline, _: Group, victim: Member, times: Times) -> Steps:
    """The same with static membership: it is back before its session times out."""
    yield from _die(victim)
    yield pipeline.env.timeout(times.back_s)
    victim.start()


def restarted(pipeline: Pipeline, group: Group, victim: Member, times: Times) -> Steps:
    """It ends as asked and leaves its group; a new one joins."""
    yield from _leave(victim)
    group.expire(victim)
    yield pipeline.env.timeout(times.back_s)
    group.join(pipeline.member(Cores(pipeline.env), group))


def restarted_static(pipeline: Pipeline, _: Group, victim: Member, times: Times) -> Steps:
    """It ends as asked, stays a member, and comes back."""
    yield from _leave(victim)
    yield pipeline.env.timeout(times.back_s)
    victim.start()


def _die(victim: Member) -> Steps:
    victim.dies_in_transaction = True
    assert victim.process is not None
    yield victim.process


def _leave(victim: Member) -> Steps:
    victim.leaves = True
    assert victim.process is not None
    yield victim.process
