"""Claims at a steady rate, with malformed records between them."""

import time
from threading import Event, Lock, Thread

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.synthetic.generator import generate
from tests.kafka.deployment import Deployment
from tests.kafka.malformed import malformed

_ENDLESS = 10**9
_PORTION_S = 0.1
# Far below the share at which the circuit breaker opens.
_CLAIMS_A_BAD_ONE = 40
_encode = claim_encoder(schema_of(CLAIM_EVENT).id)


class Load(Thread):
    """Publishes until `stop`, also during faults: the producer queues what the broker cannot take.

    The claims compete for supervisors, and some are published twice.
    """

    def __init__(self, deployment: Deployment, events_a_second: float, seed: int) -> None:
        super().__init__(name="load", daemon=True)
        self.claim_ids: set[str] = set()
        self.published = 0
        self.bad = 0
        self._deployment = deployment
        self._rate = events_a_second
        self._claims = generate(seed, _ENDLESS, contested=True)
        self._malformed = malformed(_ENDLESS)
        self._ending = Event()
        self._paused = Lock()

    def run(self) -> None:
        begun = time.monotonic()
        while not self._ending.wait(_PORTION_S):
            due = (time.monotonic() - begun) * self._rate
            with self._paused:
                while self.published < due:
                    self._publish_one()

    def pause(self) -> None:
        """Publish nothing until `go_on`, and wait until the broker has everything."""
        self._paused.acquire()
        self._deployment.flush()

    def go_on(self) -> None:
        """Publish again, first what has come due."""
        self._paused.release()

    def stop(self) -> None:
        """Stop publishing."""
        self._ending.set()
        self.join()

    def finish(self) -> None:
        """Stop, and wait until the broker has everything."""
        assert self.is_alive(), "the load ended by itself"
        self.stop()
        self._deployment.flush()

    def _publish_one(self) -> None:
        self.published += 1
        if self.published % _CLAIMS_A_BAD_ONE == 0:
            record = next(self._malformed)
            self._deployment.publish_raw(record.key, record.value)
            self.bad += 1
            return
        claim = next(self._claims)
        self.claim_ids.add(claim.claim_id)
        self._deployment.publish_raw(claim.member_id.encode(), _encode(claim))
