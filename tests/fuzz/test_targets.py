"""The fuzzed targets in the fast tests, and proof that each of their checks can fail."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stream_edits.app.wiring import Stage
from stream_edits.codec import framing
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.engine.dead_letters.dead_letter import DeadLetterReason, dead_letter
from stream_edits.engine.ports import Output, Record, StageConfig
from tests.fuzz import targets
from tests.fuzz.judging import Defect, one_line, refused
from tests.fuzz.seeds import SEEDS
from tests.fuzz.stages import Stages
from tests.fuzz.targets import TARGETS

_HUGE = b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"
_LOWEST = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
_PIECES = st.binary(max_size=6) | st.sampled_from(
    [_HUGE, _LOWEST, b"[" * 300, b"&a *a", b"<<: ", b"\xff\xfe", b"9" * 5000, b'"', b"\\ud800"]
)
_EXAMPLES = {"frame": 150, "avro": 250, "json": 150, "policy": 25}
ALL_SEEDS = {name: tuple(make()) for name, make in SEEDS.items()}


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_taken_or_refused(name: str) -> None:
    outcomes = [TARGETS[name](seed) for seed in ALL_SEEDS[name]]
    assert outcomes.count("decoded") >= 5
    assert len(set(outcomes)) >= 2 or name == "avro"


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_the_bytes(name: str) -> None:
    @settings(max_examples=_EXAMPLES[name], deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(ALL_SEEDS[name]), st.data())
    def changed(seed: bytes, data: st.DataObject) -> None:
        whole = bytearray(seed)
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(whole)))
            whole[at : at + data.draw(st.integers(0, 4))] = data.draw(_PIECES)
        TARGETS[name](bytes(whole))

    changed()


class TestTheChecksCanFail:
    """Each check of the targets fails on the defect that it is for."""

    def test_an_undeclared_class(self) -> None:
        with pytest.raises(Defect, match="undeclared"):
            refused("ValueError", "is missing")

    def test_a_word_of_the_input_in_a_message(self) -> None:
        assert refused("ContractViolation", "lines[7].units is missing; and 12 more")
        for message in ("claim_id is CANARY", "lines[0].units is 4711", "Jane is missing"):
            with pytest.raises(Defect, match="not ours"):
                refused("ContractViolation", message)

    def test_several_lines_and_repeated_values(self) -> None:
        for message in ("a\nb", "", "x" * 5000, "it says CANARY"):
            with pytest.raises(Defect):
                one_line(message, ["CANARY"])

    def test_a_crash_of_the_decoder(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The engine makes a dead letter even of a crash; its error class shows that."""

        def crash(_: bytes) -> int:
            raise KeyError("CANARY")

        monkeypatch.setattr("stream_edits.codec.claims.schema_id", crash)
        with pytest.raises(Defect, match="KeyError"):
            Stages(PackagedSchemas()).take(Stage.INTAKE, b"\x00\x00\x00\x00\x01")

    def test_a_dead_letter_of_other_bytes(self, monkeypatch: pytest.MonkeyPatch) -> None:

        def other(
            record: Record, reason: DeadLetterReason, config: StageConfig, *rest: Any
        ) -> Output:
            return dead_letter(record, reason, config, *rest)._replace(value=b"other")

        monkeypatch.setattr("stream_edits.engine.batches.batch.dead_letter", other)
        with pytest.raises(Defect, match="byte for byte"):
            Stages().take(Stage.INTAKE, b"no claim")

    def test_a_lost_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(targets, "read_events_jsonl", lambda lines: [])
        with pytest.raises(Defect, match="lost"):
            targets.json_lines(b"{}\n{}\n")

    def test_a_frame_that_changes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(framing, "frame_head", lambda number: b"")
        with pytest.raises(Defect, match="frame"):
            targets.frame(b"\x00\x00\x00\x00\x01x")

    def test_what_is_declared_is_what_the_codec_raises(self) -> None:
        assert refused("NoValue", "the record has no value") == "NoValue"
        for kind in Undecodable.__subclasses__():
            assert refused(kind.__name__, "") == kind.__name__
