"""Wait until the stages have decided what is published: `decisions --wait`."""

import time

from stream_edits.app.wiring import Stage, stage_config
from stream_edits.engine.errors import EngineStopped, Retriable
from stream_edits.engine.kafka import committed_if_all_read
from stream_edits.settings import Settings

_PAUSE_S = 0.3


def wait_for_stages(settings: Settings, seconds: float) -> None:
    """Return once every stage has read its whole input and committed.

    Stages also publish to each other. So they are done when two rounds over all of them find
    nothing left to read and the same committed offsets. Raises EngineStopped after `seconds`, with
    the stage that has records left, if one has; Retriable if the
    brokers do not answer even then; TopicsUnfit, AccessRefused, FatalClientError.
    """
    deadline = time.monotonic() + seconds
    before: dict[Stage, dict[int, int]] = {}
    while True:
        try:
            now, busy = _progress(settings)
        except Retriable:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE_S)
            continue
        if busy is None and now == before:
            return
        if time.monotonic() >= deadline:
            raise EngineStopped(f"after {seconds:g} s {_what_is_left(busy)}")
        before = now
        if busy is not None:
            time.sleep(_PAUSE_S)


def _what_is_left(busy: Stage | None) -> str:
    if busy is None:
        return "the stages still send each other records: wait longer"
    return f"stage {busy.value} still has records to read: is it running? (`stream-edits run`)"


def _progress(settings: Settings) -> tuple[dict[Stage, dict[int, int]], Stage | None]:
    """The committed offsets by stage, and the first stage that has records left to read.

    Raises Retriable, TopicsUnfit, AccessRefused, FatalClientError.
    """
    reader = settings.group_id("decisions")
    offsets: dict[Stage, dict[int, int]] = {}
    for stage in Stage:
        config = stage_config(settings, stage)
        found = committed_if_all_read(config.kafka, config.group_id, config.input_topic, reader)
        if found is None:
            return offsets, stage
        offsets[stage] = found
    return offsets, None
