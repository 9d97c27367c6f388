"""The check for exactly-once: the logs of Kafka against the pure folds, byte for byte.

The verifier reads the topics (TopicLog), folds each stage over its own input (folding), and
compares: everything published, in the order of each key; the dead letters; the state in the
changelogs and its progress records; and the revisions of every claim.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from stream_edits.codec.decisions import decode_decision
from stream_edits.codec.reviews import decode_review
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.domain.decision import ClaimDecision
from stream_edits.settings import Settings, Topics
from tests.kafka.dead_records import complete, original, unread
from tests.kafka.folded_state import State
from tests.kafka.folding import Fold, Folding, Sent, by_key, counted
from tests.kafka.topic_log import Kept, TopicLog

_PROGRESS = b"__progress__"
_SHOWN = 3
KEPT_DAYS = Settings().retention_days


class Verifier:
    """The comparison for one deployment whose log was read to the end.

    After a correct run `problems` is empty, and `lost`, `duplicated` and `differing` are 0.
    """

    def __init__(self, log: TopicLog, topics: Topics, retention_days: int = KEPT_DAYS) -> None:
        self._log = log
        self._topics = topics
        self.problems: list[str] = []
        self.lost = self.duplicated = self.differing = 0
        folding = Folding(topics, retention_days)
        self._folds: dict[str, dict[int, Fold]] = {
            topics.events: self._per_partition(topics.events, folding.intake),
            topics.reviews: self._per_partition(topics.reviews, folding.review),
            topics.by_member: self._per_partition(topics.by_member, folding.encounter),
            topics.by_supervisor: self._per_partition(topics.by_supervisor, folding.supervision),
        }
        schemas, decided = PackagedSchemas(), log.of(topics.pass_, topics.pend, topics.deny)
        self.decisions = [decode_decision(r.value or b"", schemas) for r in decided]
        at_intake = {value for f in self._folds[topics.events].values() for _, _, value in f.sent}
        self._by_intake = [
            d for d, r in zip(self.decisions, decided, strict=True) if r.value in at_intake
        ]
        self._by_state = [
            d for d, r in zip(self.decisions, decided, strict=True) if r.value not in at_intake
        ]

    def verify(self) -> None:
        """Raise AssertionError with every problem."""
        topics = self._topics
        self._published()
        self._keys_in_order()
        self._dead_letters()
        self._state(topics.by_member, topics.encounter_state)
        self._state(topics.by_supervisor, topics.supervision_state)
        for problem in [*revision_problems(self._by_state), *once_an_event(self._by_intake)]:
            self._differs(problem)
        assert not self.problems, "\n".join(self.problems)

    def counts(self) -> str:
        """The counts, for the test to print."""
        topics, log = self._topics, self._log
        decided = {name: len(log.of(name)) for name in (topics.pass_, topics.pend, topics.deny)}
        claims = {d.claim_id for d in self.decisions}
        most = max((d.revision for d in self.decisions), default=0)
        again = len(self._by_intake) - len({d.claim_id for d in self._by_intake})
        later = sum(d.revision > 1 for d in self.decisions)
        return (
            f"events {len(log.of(topics.events))}, claims decided {len(claims)}, "
            f"pass/pend/deny {'/'.join(map(str, decided.values()))}, "
            f"sent again and decided again by intake {again}, "
            f"later revisions {later} (highest {most}), "
            f"claims reopened by time given back {self._reopened()}, "
            f"{len(log.of(topics.reviews))} reviews that led to {len(self.reviewed)} decisions, "
            f"by-member {len(log.of(topics.by_member))}, "
            f"by-supervisor {len(log.of(topics.by_supervisor))}, "
            f"dead letters {len(log.of(topics.dead_letter))}"
        )

    @property
    def reviewed(self) -> list[ClaimDecision]:
        """The decisions that a review caused."""
        sent = counted(self._folds[self._topics.reviews].values())
        reviews = {decode_review(value).review_id for _, _, value in sent}
        return [d for d in self.decisions if d.trigger_event_id in reviews]

    def _reopened(self) -> int:
        folds = self._folds[self._topics.by_supervisor].values()
        return sum(topic == self._topics.by_member for f in folds for topic, _, _ in f.sent)

    def _per_partition(self, topic: str, fold: Callable[[Iterable[Kept]], Fold]) -> dict[int, Fold]:
        return {
            p: fold(records) for (name, p), records in self._log.records.items() if name == topic
        }

    def _all(self) -> list[Fold]:
        return [fold for of_stage in self._folds.values() for fold in of_stage.values()]

    def _published(self) -> None:
        """Every output topic holds what the folds sent to it, as often as they sent it."""
        topics = self._topics
        outputs = (topics.by_member, topics.by_supervisor, topics.pass_, topics.pend, topics.deny)
        actual = Counter((r.topic, r.key or b"", r.value or b"") for r in self._log.of(*outputs))
        expected = counted(self._all())
        missing, extra = expected - actual, actual - expected
        self.lost += missing.total()
        self.duplicated += extra.total()
        self._tell("is missing", missing)
        self._tell("is too many", extra)

    def _keys_in_order(self) -> None:
        """A key has one partition, and its records from one input partition are in order."""
        found: dict[tuple[str, bytes], list[bytes]] = {}
        places: dict[tuple[str, bytes], int] = {}
        for record in self._log.of(*self._topics.by_key().values()):
            key = record.topic, record.key or b""
            found.setdefault(key, []).append(record.value or b"")
            if (
                record.topic in self._outputs
                and places.setdefault(key, record.partition) != record.partition
            ):
                self._differs(f"one key on two partitions of {record.topic}")
        for fold in self._all():
            for key, values in by_key(fold.sent):
                actual = iter(found.get(key, []))
                if not all(value in actual for value in values):
                    self._differs(f"records of one key are out of order in {key[0]}")

    @property
    def _outputs(self) -> tuple[str, ...]:
        topics = self._topics
        return topics.by_member, topics.by_supervisor, topics.pass_, topics.pend, topics.deny

    def _dead_letters(self) -> None:
        """One for every record that no fold could decode, unchanged."""
        letters = self._log.of(self._topics.dead_letter)
        expected = Counter(unread(r) for fold in self._all() for r in fold.dead)
        actual = Counter(original(letter) for letter in letters)
        complete(actual, expected)
        missing, extra = expected - actual, actual - expected
        self.lost += missing.total()
        self.duplicated += extra.total()
        self.problems += [f"no dead letter for {x.source} ({n})" for x, n in missing.items()]
        self.problems += [f"{n} dead letter(s) too many of {x.source}" for x, n in extra.items()]

    def _state(self, input_topic: str, changelog: str) -> None:
        """The last values in the changelog are the folded state, and the progress is complete."""
        for partition, fold in self._folds[input_topic].items():
            kept = compacted(self._log.records[changelog, partition])
            progress = kept.pop(_PROGRESS, None)
            records = self._log.records[input_topic, partition]
            wanted = b"%d" % (records[-1].offset + 1) if records else None
            where = f"{changelog}/{partition}"
            if progress != wanted:
                self._differs(f"{where}: progress is {progress!r}, not {wanted!r}")
            self._differ_in_state(where, fold.state, kept)

    def _differ_in_state(self, where: str, expected: State, actual: State) -> None:
        missing, extra = expected.keys() - actual.keys(), actual.keys() - expected.keys()
        other = [k for k in expected.keys() & actual.keys() if expected[k] != actual[k]]
        if missing or extra or other:
            self._differs(
                f"{where}: {len(missing)} keys missing, {len(extra)} too many, {len(other)} differ"
            )

    def _differs(self, problem: str) -> None:
        self.differing += 1
        self.problems.append(problem)

    def _tell(self, how: str, left: Counter[Sent]) -> None:
        for topic, count in _by_topic(left).items():
            shown = [value[:40].hex() for t, _, value in left if t == topic][:_SHOWN]
            self.problems.append(f"{topic}: {count} record(s) {how}, such as {shown}")


def compacted(records: Iterable[Kept]) -> State:
    """What compaction leaves of a log: the last value of each key that is not deleted."""
    state: dict[bytes, bytes | None] = {r.key or b"": r.value for r in records}
    return {key: value for key, value in state.items() if value is not None}


def revision_problems(decisions: Sequence[ClaimDecision]) -> list[str]:
    """Problems unless a claim's revisions are 1, 2, … once each, and each names the one before."""
    by_claim: dict[str, list[ClaimDecision]] = {}
    for decision in decisions:
        by_claim.setdefault(decision.claim_id, []).append(decision)
    problems = []
    for revisions in by_claim.values():
        revisions.sort(key=lambda d: d.revision)
        numbers = [d.revision for d in revisions]
        if numbers != list(range(1, len(revisions) + 1)):
            problems.append(f"a claim has the revisions {numbers}")
        elif [d.supersedes for d in revisions] != [None, *(d.decision_id for d in revisions[:-1])]:
            problems.append(f"a chain of {len(revisions)} revisions does not name its predecessors")
    return problems


def once_an_event(decisions: Sequence[ClaimDecision]) -> list[str]:
    """Problems of intake, which has no state and decides a repeated event again as revision 1."""
    # With the claim, because offsets begin anew in a topic that was created again.
    events = Counter((decision.source, decision.claim_id) for decision in decisions)
    problems = [f"intake decided an event {n} times" for n in events.values() if n > 1]
    wrong = [d for d in decisions if d.revision != 1 or d.supersedes is not None]
    return problems + [f"intake made a revision {d.revision}" for d in wrong]


def _by_topic(left: Mapping[Sent, int]) -> dict[str, int]:
    by_topic: dict[str, int] = {}
    for (topic, _, _), count in left.items():
        by_topic[topic] = by_topic.get(topic, 0) + count
    return by_topic
