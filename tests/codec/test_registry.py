"""The real registry client against a stub server: what is the data's fault, and what is not."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Literal

import pytest

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.errors import (
    BadRegistryOptions,
    NotRegistered,
    RegistryAway,
    UnknownSchema,
    WrongSchema,
)
from stream_edits.codec.registry import Registry
from stream_edits.codec.schemas import schema_of
from tests.codec.examples import CLAIM
from tests.codec.registry_stub import StubRegistry, running
from tests.codec.whole import Codec

OURS = schema_of("ClaimEvent").text
DECISION = schema_of("ClaimDecision").text


class Clock:
    """A clock that the test moves by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stub() -> Iterator[StubRegistry]:
    with running() as stub:
        yield stub


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(stub: StubRegistry, clock: Clock) -> Registry:
    return Registry({"url": stub.url}, now=clock)


def test_a_claim_is_decoded_by_the_registry_s_schema(
    stub: StubRegistry, registry: Registry
) -> None:
    stub.add(4711, OURS)
    codec = Codec(registry)
    for _ in range(3):
        assert codec.decode_claim(claim_encoder(4711)(CLAIM)) == CLAIM
    assert len(stub.requests) == 1


def test_a_packaged_id_means_nothing_to_a_registry(registry: Registry) -> None:
    with pytest.raises(UnknownSchema):
        Codec(registry).decode_claim(claim_encoder(5)(CLAIM))


def test_an_unknown_id_is_asked_for_again_after_a_while(
    stub: StubRegistry, registry: Registry, clock: Clock
) -> None:
    for seconds, asked in ((0, 1), (9, 1), (11, 2)):
        clock.seconds = seconds
        with pytest.raises(UnknownSchema):
            registry.schema_text(5)
        assert len(stub.requests) == asked
    stub.add(5, OURS)
    clock.seconds = 30
    assert registry.schema_text(5) == OURS


@pytest.mark.parametrize("number", [2**31, 2**32 - 1])
def test_an_id_that_no_registry_can_have(
    stub: StubRegistry, registry: Registry, number: int
) -> None:
    """A registry answers it as a wrong address, which would be asked again for ever."""
    stub.fault = (404, b"RESTEASY003870: Unable to extract parameter from http request")
    with pytest.raises(UnknownSchema):
        registry.schema_text(number)
    assert not stub.requests
    with pytest.raises(RegistryAway):
        registry.schema_text(2**31 - 1)


FAULTS = {
    "a server error": (500, b'{"error_code": 50001, "message": "secret"}'),
    "a gateway's page": (503, b"<html>secret</html>"),
    "a 404 of another path": (404, b"<html>secret not found</html>"),
    "no permission": (401, b'{"error_code": 401, "message": "secret"}'),
    "too many requests": (429, b'{"error_code": 42901, "message": "secret"}'),
    "an answer that is not JSON": (200, b"secret"),
    "an answer of another shape": (200, b'["secret"]'),
    "an answer without a schema": (200, b'{"secret": 1}'),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_faults_of_the_registry_are_not_the_data_s(
    stub: StubRegistry, registry: Registry, fault: tuple[int, bytes]
) -> None:
    stub.add(5, OURS)
    stub.fault = fault
    with pytest.raises(RegistryAway) as caught:
        registry.schema_text(5)
    assert "secret" not in str(caught.value)
    with pytest.raises(RegistryAway):
        registry.id_for("claims.edits.pass", DECISION)
    stub.fault = None
    assert registry.schema_text(5) == OURS


@pytest.mark.parametrize("drips", ["head", "body", "for ever"])
def test_an_answer_that_drips_is_given_up(
    stub: StubRegistry, drips: Literal["head", "body", "for ever"]
) -> None:
    registry = Registry({"url": stub.url, "timeout": "0.2"})
    stub.add(5, OURS)
    stub.drips = drips
    for _ in range(3):
        with pytest.raises(RegistryAway, match=r"did not answer within 0\.2 s"):
            registry.schema_text(5)
    with pytest.raises(RegistryAway, match="did not answer within"):
        registry.register("claims.edits.pass", DECISION)
    stub.drips = None
    assert registry.schema_text(5) == OURS
    assert not any_still_asking(), "given up requests end by themselves"


def any_still_asking() -> bool:
    """False once the threads of all requests have ended."""
    for _ in range(1000):
        if not [each for each in threading.enumerate() if each.name == "request"]:
            return False
        time.sleep(0.01)
    return True


def test_references_that_drip_count_as_one_answer(stub: StubRegistry) -> None:
    """Each comes in time, all together do not."""
    registry = Registry({"url": stub.url, "timeout": 1})
    for number in range(1, 41):
        stub.add(number, json.dumps({"type": "string"}))
        stub.subjects[f"s{number}"] = [number]
    references = [{"name": f"n{n}", "subject": f"s{n}", "version": 1} for n in range(1, 41)]
    stub.add(100, OURS, references=references)
    stub.delay_s = 0.1
    with pytest.raises(RegistryAway, match="did not answer within 1 s"):
        registry.schema_text(100)


@pytest.mark.parametrize("timeout", ["soon", "0", "-1", "nan", "inf"])
def test_a_time_limit_that_is_none(timeout: str) -> None:
    with pytest.raises(BadRegistryOptions, match="timeout"):
        Registry({"url": "http://127.0.0.1:9", "timeout": timeout})


def test_nobody_there() -> None:
    with pytest.raises(RegistryAway):
        Registry({"url": "http://127.0.0.1:9"}).schema_text(1)


def test_a_schema_of_another_kind(stub: StubRegistry, registry: Registry) -> None:
    stub.add(5, "{}", schemaType="JSON")
    with pytest.raises(WrongSchema):
        registry.schema_text(5)


def test_references_are_written_out(stub: StubRegistry, registry: Registry) -> None:
    schema = json.loads(OURS)
    lines = next(field for field in schema["fields"] if field["name"] == "lines")
    line, lines["type"]["items"] = lines["type"]["items"], "stream_edits.v1.ServiceLine"
    stub.add(1, json.dumps(line | {"namespace": "stream_edits.v1"}))
    stub.subjects["lines"] = [1]
    reference = {"name": "stream_edits.v1.ServiceLine", "subject": "lines", "version": 1}
    stub.add(2, json.dumps(schema), references=[reference])
    assert Codec(registry).decode_claim(claim_encoder(2)(CLAIM)) == CLAIM


def test_a_reference_that_is_gone_is_the_data_s_fault(
    stub: StubRegistry, registry: Registry
) -> None:
    gone = {"name": "stream_edits.v1.ServiceLine", "subject": "lines", "version": 1}
    stub.add(2, OURS, references=[gone])
    with pytest.raises(UnknownSchema, match="refers to"):
        registry.schema_text(2)


def test_our_own_schema_is_looked_up_and_never_registered(
    stub: StubRegistry, registry: Registry
) -> None:
    with pytest.raises(NotRegistered, match=r"claims\.edits\.pass-value"):
        registry.id_for("claims.edits.pass", DECISION)
    stub.add(8, DECISION)
    stub.add(9, OURS)
    stub.subjects["claims.edits.pass-value"] = [9, 8]
    assert registry.id_for("claims.edits.pass", DECISION) == 8
    with pytest.raises(NotRegistered, match="register"):
        registry.id_for("claims.edits.deny", DECISION)
    assert not any("versions" in request for request in stub.requests)


def test_registration_when_asked_for(stub: StubRegistry, registry: Registry) -> None:
    number = registry.register("claims.edits.pass", DECISION)
    assert json.loads(stub.schemas[number]["schema"]) == json.loads(DECISION)


def test_an_incompatible_schema_is_for_an_operator(stub: StubRegistry, registry: Registry) -> None:
    stub.fault = (409, b'{"error_code": 409, "message": "secret"}')
    with pytest.raises(NotRegistered, match="HTTP 409"):
        registry.register("claims.edits.pass", DECISION)
