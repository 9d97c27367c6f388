"""Negative controls: without one of its fences, the engine must violate an invariant.

Each control takes one fence away and names the violations that may follow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.simulation import fences, topic_fences
from tests.simulation.invariants import Kind, Violation
from tests.simulation.schedule import run_schedule

_WRONG = frozenset({Kind.SKIPPED, Kind.DUPLICATED, Kind.DIFFERS, Kind.AHEAD, Kind.WENT_BACK})
_OTHER_TOPIC = _WRONG | {Kind.TOPIC, Kind.CHANGELOG, Kind.MEMORY, Kind.REFUSED, Kind.STUCK}
_STATE = frozenset({Kind.DIFFERS, Kind.CHANGELOG, Kind.MEMORY})


class Control(NamedTuple):
    """A fence, the patch that takes it away, and the violations that may follow."""

    fence: str
    remove: Callable[[pytest.MonkeyPatch], None]
    shows_as: frozenset[Kind]

    @property
    def name(self) -> str:
        return self.remove.__name__


CONTROLS = [
    Control(
        "the progress record, in the same transaction as the offset",
        fences.no_progress_record,
        frozenset({Kind.PROGRESS, Kind.REFUSED}),
    ),
    Control(
        "a restore is complete when progress equals the committed offset",
        fences.restore_to_the_visible_end,
        _STATE,
    ),
    Control("seek to the committed offsets after an abort", fences.no_seek_after_an_abort, _WRONG),
    Control("the overlay: an abort rolls state back", fences.no_rollback_of_a_batch, _STATE),
    Control("the overlay: a failed event is undone", fences.no_rollback_of_an_event, _STATE),
    Control(
        "group metadata fetched anew for every send_offsets",
        fences.stale_group_metadata,
        frozenset({Kind.STUCK}),
    ),
    Control("the fence of member and generation", fences.no_fence_by_generation, _WRONG),
    Control(
        "a member that its group forgot joins with a new client",
        fences.no_new_client,
        frozenset({Kind.STUCK}),
    ),
    Control("a stable transactional.id", fences.random_transactional_id, frozenset({Kind.HANGING})),
    Control("init_transactions before joining", fences.no_init, frozenset({Kind.HANGING})),
    Control(
        "a fence that is met at the commit ends the process",
        fences.a_fence_at_the_commit_believed,
        _WRONG | {Kind.STUCK},
    ),
    Control(
        "dead letters in the transaction of their events",
        fences.dead_letters_in_their_own_transaction,
        _WRONG,
    ),
    Control(
        "last processed + 1, not the consumer's position",
        fences.position_instead_of_last_processed,
        frozenset({Kind.SKIPPED, Kind.AHEAD}),
    ),
    Control(
        "offsets inside the transaction",
        fences.offsets_outside_the_transaction,
        _WRONG | {Kind.PROGRESS},
    ),
    Control("lost partitions lose their state", fences.lost_partitions_keep_their_state, _STATE),
    Control("warm state is checked by its offset", fences.warm_state_unchecked, _STATE),
    Control(
        "records read before a rebalance are dropped", fences.records_of_before_a_rebalance, _WRONG
    ),
    Control(
        "only stable committed offsets are believed", fences.unstable_committed_offsets, _WRONG
    ),
    Control(
        "a restore begins anew after a failed read",
        fences.a_restore_that_goes_on_after_an_error,
        _STATE,
    ),
    Control("the ids of topics are compared", topic_fences.ids_not_compared, _OTHER_TOPIC),
    Control("the ids of topics outlive the process", topic_fences.marks_not_read, _OTHER_TOPIC),
    Control(
        "the ids are written with the first offset", topic_fences.marks_not_written, _OTHER_TOPIC
    ),
    Control(
        "topics are confirmed before each commit",
        topic_fences.topics_confirmed_now_and_then_only,
        _OTHER_TOPIC,
    ),
    Control(
        "state without a committed offset is not taken for new",
        topic_fences.missing_offsets_believed,
        _WRONG | _STATE,
    ),
    Control(
        "a record that the brokers refuse is searched for",
        topic_fences.refused_records_not_searched,
        frozenset({Kind.STUCK}),
    ),
    Control(
        "a dead letter that is refused becomes a reference",
        topic_fences.no_references,
        frozenset({Kind.STUCK}),
    ),
    Control(
        "outputs are compared with the limit of their topic",
        topic_fences.sizes_not_checked,
        _WRONG,
    ),
]


class Red(NamedTuple):
    """The number of schedules until a violation, and its kind."""

    schedules: int
    kind: Kind


def until_red(control: Control, most: int = 500) -> Red | None:
    """Run schedules without the fence until one violates an invariant as expected, else None."""
    with pytest.MonkeyPatch.context() as patch:
        control.remove(patch)
        for seed in range(most):
            try:
                run_schedule(seed, lenient=True)
            except Violation as violation:
                if violation.kind in control.shows_as:
                    return Red(seed + 1, violation.kind)
    return None
