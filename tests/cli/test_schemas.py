"""`schemas` against the stub: what it needs, and its errors when the registry refuses."""

import base64
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from stream_edits.cli import cli
from tests.codec.registry_stub import StubRegistry, running

SIGN_IN = "plan:SECRET-password"


@pytest.fixture
def stub() -> Iterator[StubRegistry]:
    with running() as stub:
        stub.modes[""] = "BACKWARD"
        stub.sign_in = "Basic " + base64.b64encode(SIGN_IN.encode()).decode()
        yield stub


def schemas(word: str, url: str, **options: str) -> Result:
    environ = {f"STREAM_EDITS_SCHEMA_REGISTRY__{name}": value for name, value in options.items()}
    done = CliRunner().invoke(
        cli, ["schemas", word], env={"STREAM_EDITS_SCHEMA_REGISTRY_URL": url, **environ}
    )
    assert "SECRET" not in done.output
    assert "secret" not in done.output
    return done


def test_they_sign_in_register_once_and_check(stub: StubRegistry) -> None:
    runs = [schemas(w, stub.url, BASIC_AUTH_USER_INFO=SIGN_IN) for w in ("register", "check")]
    assert [done.exit_code for done in runs] == [0, 0]
    topics = ("claims.events", *(f"claims.edits.{x}" for x in ("reviews", "pass", "pend", "deny")))
    assert sorted(stub.subjects) == sorted(f"{topic}-value" for topic in topics)
    assert stub.modes == {"": "BACKWARD"} | dict.fromkeys(stub.subjects, "BACKWARD_TRANSITIVE")
    assert len(runs[1].output.splitlines()) == 5
    stub.modes["claims.edits.deny-value"] = "FULL_TRANSITIVE"
    schemas("register", stub.url, BASIC_AUTH_USER_INFO=SIGN_IN)
    assert stub.modes["claims.edits.deny-value"] == "FULL_TRANSITIVE", "stricter than ours"


def test_check_registers_nothing(stub: StubRegistry) -> None:
    done = schemas("check", stub.url, BASIC_AUTH_USER_INFO=SIGN_IN)
    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 5
    assert not stub.subjects
    assert set(stub.modes) == {""}


@pytest.mark.parametrize("options", [{}, {"BASIC_AUTH_USER_INFO": "plan:SECRET-wrong"}])
def test_a_wrong_password_is_told_without_it(stub: StubRegistry, options: dict[str, str]) -> None:
    done = schemas("check", stub.url, **options)
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "stream-edits: the schema registry answered with HTTP 401: check the schema_registry "
        "options"
    ]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"BASIC_AUTH_USR_INFO": "SECRET"}, "basic.auth.usr.info"),
        ({"SSL_CA_LOCATION": "/SECRET/ca.pem"}, "ssl.ca.location"),
        ({"BASIC_AUTH_USER_INFO": "SECRET"}, "basic.auth.user.info"),
    ],
)
def test_options_its_client_refuses_are_a_bad_setting(
    stub: StubRegistry, options: dict[str, str], named: str
) -> None:
    done = schemas("check", stub.url, **options)
    assert done.exit_code == 2
    (line,) = done.output.splitlines()
    assert (
        line == f"stream-edits: the schema registry's client cannot use its options: check {named}"
    )


def test_without_a_registry_there_is_nothing_to_do() -> None:
    done = CliRunner().invoke(cli, ["schemas", "register"], env={})
    assert done.exit_code == 2
    assert "schema_registry_url is needed" in done.output
