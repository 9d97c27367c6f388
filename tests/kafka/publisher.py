"""Publishing while the stages run, so that they can be killed in the middle."""

import time
from threading import Thread
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from tests.kafka.deployment import Deployment
from tests.kafka.malformed import Malformed

_PORTIONS = 40
_PAUSE = 0.15
_HEADERS: list[tuple[str, bytes | None]] = [("traceparent", b"00-CANARY"), ("x", None)]


class Input(NamedTuple):
    """The claims to publish, in order, and malformed records between them."""

    claims: list[ClaimEvent]
    bad: list[Malformed]


class Publisher(Thread):
    """Publishes the claims in small portions, with the malformed records between them."""

    def __init__(self, deployment: Deployment, whole: Input) -> None:
        super().__init__(name="publisher", daemon=True)
        self._deployment = deployment
        self._whole = whole
        self._failure: BaseException | None = None

    def run(self) -> None:
        claims, bad = self._whole
        size = len(claims) // _PORTIONS + 1
        try:
            for number in range(_PORTIONS):
                for record in bad[number::_PORTIONS]:
                    self._deployment.publish_raw(record.key, record.value, _HEADERS)
                self._deployment.publish(claims[number * size : (number + 1) * size])
                time.sleep(_PAUSE)
        except BaseException as failure:
            self._failure = failure

    def finish(self) -> None:
        """Wait until everything is published."""
        self.join(60)
        assert not self.is_alive(), "the claims could not be published"
        assert self._failure is None, self._failure
