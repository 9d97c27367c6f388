"""What a process of the encounter stage that ends does to the payer's steady load."""

from collections.abc import Callable

from bench.payer.assumptions import SESSION_TIMEOUT_S
from bench.payer.cores import Cores, Steps
from bench.payer.group import Group
from bench.payer.member import Member
from bench.payer.pipeline import Pipeline

# What befalls a member, whose successor would have joined so many seconds after its end.
Fault = Callable[[Pipeline, Group, Member, float], Steps]


def lost(pipeline: Pipeline, group: Group, victim: Member, _: float) -> Steps:
    """It dies in its transaction, with its machine, and nothing takes its place."""
    yield from _die(victim)
    yield pipeline.env.timeout(SESSION_TIMEOUT_S)
    group.expire(victim)


def killed(pipeline: Pipeline, group: Group, victim: Member, back_s: float) -> Steps:
    """It dies in its transaction and is started again; its group still waits for the dead one."""
    yield from _die(victim)
    yield pipeline.env.timeout(back_s)
    group.join(pipeline.member(Cores(pipeline.env), group))
    yield pipeline.env.timeout(max(0.0, SESSION_TIMEOUT_S - back_s))
    group.expire(victim)


def killed_static(pipeline: Pipeline, _: Group, victim: Member, back_s: float) -> Steps:
    """The same with static membership: it is back before its session times out."""
    yield from _die(victim)
    yield pipeline.env.timeout(back_s)
    victim.start()


def restarted(pipeline: Pipeline, group: Group, victim: Member, back_s: float) -> Steps:
    """It ends as asked and leaves its group; a new one joins."""
    yield from _leave(victim)
    group.expire(victim)
    yield pipeline.env.timeout(back_s)
    group.join(pipeline.member(Cores(pipeline.env), group))


def restarted_static(pipeline: Pipeline, _: Group, victim: Member, back_s: float) -> Steps:
    """It ends as asked, stays a member, and comes back."""
    yield from _leave(victim)
    yield pipeline.env.timeout(back_s)
    victim.start()


def _die(victim: Member) -> Steps:
    victim.dies_in_transaction = True
    assert victim.process is not None
    yield victim.process


def _leave(victim: Member) -> Steps:
    victim.leaves = True
    assert victim.process is not None
    yield victim.process
