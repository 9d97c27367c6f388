"""The metrics of decisions, with real decisions of the encounter stage's processor."""

from prometheus_client import CollectorRegistry

from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.outbox import Outbox
from stream_edits.app.pend_gauges import OTHER
from stream_edits.app.processors import EncounterProcessor
from stream_edits.app.resolved_pends import ResolvedPend
from stream_edits.codec.claims import ClaimReader, claim_encoder
from stream_edits.codec.decisions import decision_encoder
from stream_edits.codec.messages import encode_routed
from stream_edits.codec.schemas import CLAIM_DECISION, PackagedSchemas, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    FindingMode,
    RollUp,
    Source,
)
from stream_edits.domain.digests import content_digest
from stream_edits.domain.messages import RoutedClaim
from stream_edits.domain.review import ReviewOutcome
from stream_edits.engine.ports import Output, Record
from stream_edits.engine.state.store import MemoryStore
from stream_edits.metrics import Metrics
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.settings import Settings
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.retention import DEFAULT_RETENTION
from tests.build import ADA, claim, line

_encode = claim_encoder(5)


class Encounters:
    """The encounter stage with its decision metrics."""

    def __init__(self) -> None:
        metrics = Metrics(CollectorRegistry())
        decision_metrics = self.metrics = DecisionMetrics(metrics, load_policies())
        topics = Settings().topics
        outbox = Outbox(
            topics, dict.fromkeys(Disposition, decision_encoder(schema_of(CLAIM_DECISION).id))
        )
        builder = DecisionBuilder(load_policies(), RollUp.STANDARD, "test")
        self._processor = EncounterProcessor(
            builder, DEFAULT_RETENTION, ClaimReader(PackagedSchemas()), outbox, decision_metrics
        )
        self._commit = decision_metrics.of(
            "encounter", dict.fromkeys(topics.by_key().values(), "decided")
        )
        self._pend = topics.pend
        self._state = MemoryStore()
        self._offset = 0
        self._registry = metrics.registry

    def take(self, event: ClaimEvent) -> list[Output]:
        """Decide a claim and commit the result."""
        source = Source("claims.events", 0, self._offset)
        routed = RoutedClaim(event, source, content_digest(event))
        value = encode_routed(routed, _encode(event))
        record = Record("by-member", 0, self._offset, b"m", value, (), 0)
        self._offset += 1
        outputs = list(self._processor.process(record, self._state))
        self._commit(outputs)
        return outputs

    def commit(self, decision: ClaimDecision) -> None:
        """Count a decision that was published."""
        self._commit([Output(self._pend, b"c", b"", (), decision)])

    def count(self, name: str, **labels: str) -> float:
        """The value of a counter, which must exist from the start."""
        value = self._registry.get_sample_value(f"stream_edits_{name}_total", labels)
        assert value is not None, f"{name} {labels} is not there"
        return value

    def resolved(self) -> dict[tuple[str, str], float]:
        """The resolved PEND claims by disposition and cause, without zeros."""
        return {
            (d, cause): n
            for d in ("PASS", "DENY")
            for cause in ("own", "replacement", "other")
            if (n := self.count("pends_resolved", disposition=d, cause=cause))
        }


def test_a_pend_is_resolved_by_another_claim() -> None:
    stage = Encounters()
    stage.take(claim("C1", line("96366")))
    assert stage.count("decisions", disposition="PEND") == 1
    assert stage.resolved() == {}
    outputs = stage.take(claim("C2", line("96365")))
    assert [type(output.about) is ResolvedPend for output in outputs] == [False, True]
    assert stage.resolved() == {("PASS", "other"): 1}
    assert stage.count("decisions", disposition="PASS") == 2
    assert stage.count("revisions", disposition="PASS") == 1
    assert stage.count("claims", stage="encounter", outcome="decided") == 3


def test_a_pend_is_resolved_by_a_corrected_event_of_the_claim() -> None:
    stage = Encounters()
    stage.take(claim("C1", line("96366")))
    stage.take(claim("C1", line("96365"), event="again"))
    assert stage.resolved() == {("PASS", "own"): 1}


def test_a_pend_is_resolved_by_a_replacement() -> None:
    stage = Encounters()
    stage.take(claim("C1", line("96366")))
    stage.take(claim("C2", line("96365"), frequency_code="7", replaces_claim_id="C1"))
    assert stage.resolved() == {("PASS", "replacement"): 1}


def test_a_void_resolves_no_pend() -> None:
    stage = Encounters()
    stage.take(claim("C1", line("96366")))
    stage.take(claim("C2", line("96366"), frequency_code="8", replaces_claim_id="C1"))
    assert stage.resolved() == {}


def test_a_claim_that_is_still_pend_is_not_resolved() -> None:
    stage = Encounters()
    stage.take(claim("C1", line("96366")))
    stage.take(claim("C1", line("96366", units=2.0), event="again"))
    assert stage.count("revisions", disposition="PEND") == 1
    assert stage.resolved() == {}


def test_a_claim_with_hops_before_it_is_resolved_and_not_yet_decided() -> None:
    stage = Encounters()
    stage.take(claim("C1", line("96366")))
    (sent_on,) = stage.take(claim("C1", line("96365", "09:00-10:00", by=ADA), event="again"))
    assert sent_on.about == ResolvedPend(Disposition.PASS, "own", None)
    assert stage.resolved() == {("PASS", "own"): 1}
    assert stage.count("decisions", disposition="PASS") == 0


def test_units_over_the_maximum_are_counted_as_cut_back() -> None:
    stage = Encounters()
    (output,) = stage.take(claim("C1", line("96365"), line("96366", units=20.0)))
    assert isinstance(output.about, ClaimDecision)
    (allowed,) = (x.allowed_units for x in output.about.lines if x.billed_units == 20)
    assert 0 < allowed < 20
    assert stage.count("lines_cut_back", edit_id="units-over-maximum") == 1
    assert stage.count("units_cut_back", edit_id="units-over-maximum") == 20 - allowed


def test_every_edit_and_document_has_a_series_from_the_start() -> None:
    stage = Encounters()
    for edit in load_policies()["6.21-P"].edits:
        assert stage.count("findings", edit_id=edit.id, disposition="DENY") == 0
    assert stage.count("documents_requested", document="by_report") == 0
    (output,) = stage.take(claim("C1", line("96379"), documents=()))
    assert isinstance(output.about, ClaimDecision)
    asked = [kind for f in output.about.findings for kind in f.requested_documents]
    assert asked
    for kind in asked:
        assert stage.count("documents_requested", document=kind) == asked.count(kind)


def test_a_finding_of_an_edit_that_is_not_loaded_is_counted_as_other() -> None:
    stage = Encounters()
    (output,) = stage.take(claim("C1", line("96379"), documents=()))
    decision = output.about
    assert isinstance(decision, ClaimDecision)
    first = decision.findings[0]._replace(edit_id="gone", requested_documents=("gone-too",))
    cut = first._replace(disposition=Disposition.PASS, line_number=1, allowed_units=0.25)
    monitored = first._replace(mode=FindingMode.MONITORED)
    stage.commit(decision._replace(findings=(first, cut, monitored)))
    assert stage.count("findings", edit_id=OTHER, disposition=first.disposition) == 1
    assert stage.count("findings", edit_id=OTHER, disposition="PASS") == 1
    assert stage.count("monitored_findings", edit_id=OTHER, disposition=first.disposition) == 1
    assert stage.count("documents_requested", document=OTHER) == 2
    assert stage.count("units_cut_back", edit_id=OTHER) == 0.75
    stage.metrics.reviewed(ReviewOutcome.APPROVE, [first])
    labels = {"edit_id": OTHER, "disposition": first.disposition, "outcome": "APPROVE"}
    assert stage.count("reviews", **labels) == 1
