"""Faults in the simulation: the ways in which a process of the encounter stage ends."""

from collections.abc import Callable
from typing import NamedTuple

from bench.payer.cores import Cores, Steps
from bench.payer.group import Group
from bench.payer.member import Member
from bench.payer.pipeline import Pipeline


class Times(NamedTuple):
    """Seconds from the end of a process until its successor joins and until its session expires."""

    back_s: float
    session_s: float


# A fault of one member.
Fault = Callable[[Pipeline, Group, Member, Times], Steps]


def lost(pipeline: Pipeline, group: Group, victim: Member, times: Times) -> Steps:
    """It dies in a transaction together with its machine, and is not replaced."""
    yield from _die(victim)
    yield pipeline.env.timeout(times.session_s)
    group.expire(victim)


def killed(pipeline: Pipeline, group: Group, victim: Member, times: Times) -> Steps:
    """It dies in a transaction and is restarted. The group waits for the old member's session."""
    yield from _die(victim)
    yield pipeline.env.timeout(times.back_s)
    group.join(pipeline.member(Cores(pipeline.env), group))
    yield pipeline.env.timeout(max(0.0, times.session_s - times.back_s))
    group.expire(victim)


def killed_static(pipeline: Pipeline, _: Group, victim: Member, times: Times) -> Steps:
    """The same with static membership: it returns before its session times out."""
    yield from _die(victim)
    yield pipeline.env.timeout(times.back_s)
    victim.start()


def restarted(pipeline: Pipeline, group: Group, victim: Member, times: Times) -> Steps:
    """It shuts down and leaves its group, and a new member joins."""
    yield from _leave(victim)
    group.expire(victim)
    yield pipeline.env.timeout(times.back_s)
    group.join(pipeline.member(Cores(pipeline.env), group))


def restarted_static(pipeline: Pipeline, _: Group, victim: Member, times: Times) -> Steps:
    """It shuts down, stays a static member, and returns."""
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
