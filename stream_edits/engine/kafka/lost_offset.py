"""What to do when a committed offset is not in the log any more."""

from __future__ import annotations

from ..advice import REBUILD
from ..config import StageConfig
from ..errors import LostOffset

_GO_ON = (
    "publish what was lost unread again, then run `stream-edits topics accept {topic}` to read the "
    "topic from its beginning"
)


def lost_offset(config: StageConfig, number: int | None) -> LostOffset:
    """The error for a partition of the stage's input topic."""
    go_on = _GO_ON.format(topic=config.input_topic)
    remedy = REBUILD if config.changelog_topic is not None else go_on
    return LostOffset(
        f"the committed offset of {config.input_topic}/{number} is not in the log any more "
        f"(retention, records deleted by hand, or an unclean leader election): {remedy}"
    )
