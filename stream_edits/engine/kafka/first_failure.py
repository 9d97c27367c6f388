"""The first failure of a transaction, which names its cause; later errors only follow from it.

A record that cannot be delivered is reported to the delivery callback. A partition that may not
join the transaction is named in a line of the client's log only.
"""

from __future__ import annotations

import re

from confluent_kafka import KafkaError, Message

from .. import log
from ..errors import FatalClientError, RequiresAbort
from .client_log import CLIENT_LOG
from .error_mapping import advice_on

_PURGED = frozenset({KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT})
# Of the partitions of one request, the refused one fails with its error and the others with this.
_FOLLOWS = "not attempted"
_PARTITION = re.compile(r'Failed to add partition "(?P<topic>[^"]+)" \[\d+\] to transaction')
_TRANSACTION = re.compile(r"Current transaction failed.*\((?P<code>[A-Z_]+)\)$", re.DOTALL)


class FirstFailure:
    """The delivery callback of a producer, and the logger that it writes to.

    It does not refer to the producer, which therefore is freed with its last reference.
    """

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self.code: str | None = None
        self.topic: str | None = None
        self._undelivered = False

    def forget(self) -> None:
        """A new transaction begins."""
        self.code = self.topic = None
        self._undelivered = False

    def as_error(self, code: str) -> RequiresAbort:
        """The cause of an abort; `code` is what the call that noticed it reports."""
        if self.code is None:
            return RequiresAbort(code)
        return RequiresAbort(self.code, self._words())

    def before(self, fatal: FatalClientError) -> FatalClientError:
        """The error with its cause in front, if the transaction had failed before.

        A transaction that the broker knows nothing of, because its first partition was refused,
        cannot even be aborted.
        """
        if self.code is None:
            return fatal
        return FatalClientError(f"{self._words()}: {advice_on(self.code)}; then {fatal}")

    def _words(self) -> str:
        return f"{self.code} on topic {self.topic}" if self.topic else f"{self.code}"

    def delivered(self, error: KafkaError | None, message: Message) -> None:
        """Called for failures only. Those of a purge follow an abort and do not count."""
        if error is None or error.code() in _PURGED or self._undelivered:
            return
        self._undelivered = True
        if self.topic is None:
            # The client has already logged that the transaction failed, without the topic.
            self.code, self.topic = error.name(), message.topic()
        log.warning("delivery_failed", stage=self._stage, topic=message.topic(), error=error.name())

    def log(self, level: int, form: str, *parts: object) -> None:
        """Take a line of the client: pass it on, and keep what it says about a failure."""
        CLIENT_LOG.log(level, form, *parts)
        if self.code is not None:
            return
        text = str(parts[-1]) if parts else form
        if found := _TRANSACTION.search(text):
            self.code = found["code"]
        elif self.topic is None and _FOLLOWS not in text and (found := _PARTITION.search(text)):
            self.topic = found["topic"]
