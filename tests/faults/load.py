"""Claims at a steady rate, with malformed records and reviews of held claims between them."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import cycle
from threading import Event, Lock, Thread

from stream_edits import ENGINE_VERSION
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, RollUp, Source
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.synthetic.generator import generate
from tests.kafka.deployment import Deployment
from tests.kafka.malformed import malformed
from tests.kafka.published import published

_ENDLESS = 10**9
_PORTION_S = 0.1
# Far below the share at which the circuit breaker opens.
_CLAIMS_A_BAD_ONE = 40
# So many events later a person has looked at a claim that was held.
_EVENTS_TO_A_REVIEW = 100
_NOWHERE = Source("", 0, 0)


class Load(Thread):
    """Publishes until `stop`, also during faults: the producer queues what the broker cannot take.

    The claims compete for supervisors, and some are published twice. Each claim that is held is
    reviewed later. Where the stages have seen the claims in another order, a review comes too late.
    """

    def __init__(self, deployment: Deployment, events_a_second: float, seed: int) -> None:
        super().__init__(name="load", daemon=True)
        self.claim_ids: set[str] = set()
        self.published = 0
        self.bad = 0
        self.reviews = 0
        self._deployment = deployment
        self._rate = events_a_second
        self._claims = generate(seed, _ENDLESS, contested=True)
        self._malformed = malformed(_ENDLESS)
        self._persons = Persons()
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
        for review in self._persons.due(self.published):
            topic, key, value = published(review, self._deployment.topics)
            self._deployment.publish_raw(key, value, topic=topic)
            self.reviews += 1
        if self.published % _CLAIMS_A_BAD_ONE == 0:
            record = next(self._malformed)
            self._deployment.publish_raw(record.key, record.value)
            self.bad += 1
            return
        claim = next(self._claims)
        self.claim_ids.add(claim.claim_id)
        self._persons.see(claim, self.published)
        _, key, value = published(claim, self._deployment.topics)
        self._deployment.publish_raw(key, value)


class Persons:
    """Those who review: they know the decision on each claim as it is if all arrive in order."""

    def __init__(self) -> None:
        self._pipeline = Pipeline(DecisionBuilder(load_policies(), RollUp.STANDARD, ENGINE_VERSION))
        self._outcomes = cycle(ReviewOutcome)
        self._later: deque[tuple[int, ReviewEvent]] = deque()

    def see(self, claim: ClaimEvent, number: int) -> None:
        """Decide what to review of event ``number``."""
        with suppress(ClaimIdReused):
            for decision in self._pipeline.decide(claim, _NOWHERE):
                if decision.claim_id != claim.claim_id:
                    continue
                if decision.disposition is not Disposition.PEND:
                    continue
                review = ReviewEvent(
                    review_id=f"CANARY-REVIEW-{number}-{decision.revision}",
                    event_time=decision.decided_at + timedelta(hours=1),
                    member_id=claim.member_id,
                    claim_id=claim.claim_id,
                    decision_id=decision.decision_id,
                    outcome=next(self._outcomes),
                    reason_code="CANARY-REASON",
                    reviewer="CANARY-REVIEWER",
                )
                self._later.append((number + _EVENTS_TO_A_REVIEW, review))

    def due(self, number: int) -> Iterator[ReviewEvent]:
        """The reviews that come before event ``number``."""
        while self._later and self._later[0][0] <= number:
            yield self._later.popleft()[1]
