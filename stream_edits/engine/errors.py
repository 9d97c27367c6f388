"""What ends a runner, and the three ways in which a client call can fail."""

from __future__ import annotations


class EngineStopped(Exception):
    """The runner cannot go on. The text is one line that says what to do; it quotes no payload."""


class FatalClientError(EngineStopped):
    """The client is unusable, or it failed with an unclassified error."""


class GaveUp(FatalClientError):
    """The client says that it is unusable, but not why."""


class ProducerFenced(FatalClientError):
    """Another producer with the same transactional id was started: nothing of ours goes on."""


class LostOffset(EngineStopped):
    """The committed offset is no longer in the log, or the group's offsets have expired."""


class OffsetNotOurs(EngineStopped):
    """The committed offset is one that no stage of the group has committed."""


class ProgressAhead(EngineStopped):
    """The state is newer than the committed offset: another process owns the partition, or the
    offset was set back."""


class StateBehind(EngineStopped):
    """The changelog was read to its end and does not reach the committed offset."""


class RestoreStalled(EngineStopped):
    """Nothing could be read from the changelog for longer than the deadline."""


class TopicsUnfit(EngineStopped):
    """A topic is missing, its partition count is not the one it must have, or a changelog is not
    compacted."""


class TopicReplaced(EngineStopped):
    """A topic is not the one that the group worked with: it was deleted and created again."""


class ChangelogCut(EngineStopped):
    """The first records of a changelog were deleted, so the state in it has gaps."""


class BreakerOpen(EngineStopped):
    """Too large a share of the events were dead letters."""


class OutcomeUnknown(EngineStopped):
    """A commit or an abort did not return within its budget. Only a restart can find out."""


class TooManyAborts(EngineStopped):
    """Transactions were aborted again and again without one commit in between."""


class LeftOut(EngineStopped):
    """The group assigned nothing to this member for long, however often it joined again."""


class OptionRefused(EngineStopped):
    """A client option that the engine itself must set was given, or two settings contradict."""


class Interrupted(Exception):
    """`stop()` was called during a retry."""


class ClientError(Exception):
    """A client call failed. `code` is the client's name of the error, e.g. `_TIMED_OUT`.

    `reason` says what to check, where that is known.
    """

    def __init__(self, code: str, reason: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


class Retriable(ClientError):
    """The same call may be made again."""


class AccessRefused(Retriable):
    """The brokers answer and refuse the connection: TLS or authentication failed.

    Brokers that are just starting may refuse for a moment.
    """

    reason: str

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)


class RequiresAbort(ClientError):
    """The open transaction has failed and must be aborted. The producer remains usable."""


# State, input and offsets do not fit together.
APART = (ChangelogCut, LostOffset, OffsetNotOurs, ProgressAhead, StateBehind)
